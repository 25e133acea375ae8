package dev.jbuild.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpFilesTest {
  @TempDir Path temp;
  private final List<Integer> answers = new ArrayList<>();
  private HttpServer server;
  private HttpFiles files;
  private String content = "content";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/file", this::answer);
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/file");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext(
        "/loop",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/loop");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.start();
    files = new HttpFiles(Store.open(temp.resolve("store")), Map.of());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String tag = "\"" + content.hashCode() + "\"";
    int status = tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match")) ? 304 : 200;
    answers.add(status);
    exchange.getResponseHeaders().add("ETag", tag);
    exchange.getResponseHeaders().add("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT");
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, status == 304 ? -1 : bytes.length);
    if (status == 200) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private String address(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private HttpFiles.Fetched fetch(String path) throws IOException {
    return files.fetch(address(path), Optional.empty(), Optional.empty());
  }

  @Test
  void whatTheServerDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> fetch("/none"))
        .isInstanceOf(FetchException.class)
        .hasMessageEndingWith("invalid response status 404");
  }

  @Test
  void redirectsWithoutEndAreRefused() {
    assertThatThrownBy(() -> fetch("/loop")).hasMessageContaining("redirects");
  }

  @Test
  void anotherContentThanExpectedIsRefused() {
    Optional<Digest> other = Optional.of(Digest.sha256("other"));

    assertThatThrownBy(() -> files.fetch(address("/file"), other, Optional.empty()))
        .hasMessageStartingWith("digest mismatch for ")
        .hasMessageContaining(Digest.sha256("content").toString());
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    server.stop(0);

    assertThatThrownBy(() -> fetch("/file"))
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith(address("/file"));
  }

  @Test
  void contentComesOnceAndIsAskedForAgain() throws IOException {
    HttpFiles.Fetched first = fetch("/file");
    HttpFiles.Fetched second = fetch("/file");

    assertThat(first.file()).hasContent("content");
    assertThat(first.modified()).contains(Instant.parse("2015-10-21T07:28:00Z"));
    assertThat(second).isEqualTo(first);
    assertThat(answers).containsExactly(200, 304);
  }

  @Test
  void changedContentComesAnew() throws IOException {
    fetch("/file");
    content = "changed";

    assertThat(fetch("/file").file()).hasContent("changed");
  }

  @Test
  void redirectsAreFollowed() throws IOException {
    assertThat(fetch("/moved").file()).hasContent("content");
  }

  @Test
  void contentOfAKnownDigestNeedsNoServer() throws IOException {
    fetch("/file");
    server.stop(0);
    Optional<Digest> known = Optional.of(Digest.sha256("content"));

    assertThat(files.fetch(address("/file"), known, Optional.empty()).file()).hasContent("content");
  }
}
