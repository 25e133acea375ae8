package dev.jbuild.registry;

import static dev.jbuild.registry.FaultServer.drop;
import static dev.jbuild.registry.FaultServer.redirect;
import static dev.jbuild.registry.FaultServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.ImageReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobUploadTest {
  private static final byte[] CONTENT = Fixtures.random(200_000);
  private static final String START = "POST /v2/some/repo/blobs/uploads/";
  private static final String SESSION = "/upload/1";

  @TempDir Path home;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private FaultServer server;
  private RegistryClient client;

  @BeforeEach
  void open() throws IOException {
    server = FaultServer.start();
    server.on(START, status(202, "Location", SESSION + "?state=x"));
    client = RegistryClient.open(Fixtures.settings(home));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aBlobGoesInOneRequest() throws IOException {
    server.on("PUT " + SESSION, keep(201));

    push();

    assertThat(kept.toByteArray()).isEqualTo(CONTENT);
    assertThat(server.seen("PUT", SESSION).getFirst().query())
        .isEqualTo("state=x&digest=" + Fixtures.blob(CONTENT).digest());
  }

  @Test
  void aBrokenUploadGoesOnWhereTheRegistryIs() throws IOException {
    server.on("PUT " + SESSION, keepAndDrop(50_000), keep(201));
    server.on(
        "GET " + SESSION,
        exchange -> status(204, "Range", "0-" + (kept.size() - 1)).give(exchange));
    server.on("PATCH " + SESSION, keep(202));

    push();

    assertThat(kept.toByteArray()).isEqualTo(CONTENT);
    assertThat(server.seen("PATCH", SESSION).getFirst().header("Content-Range"))
        .isEqualTo("50000-199999");
    assertThat(server.seen("POST", START.substring(5))).hasSize(1);
  }

  @Test
  void anUploadThatIsLostBeginsAgain() throws IOException {
    server.on("PUT " + SESSION, status(404), keep(201));

    push();

    assertThat(kept.toByteArray()).isEqualTo(CONTENT);
    assertThat(server.seen("POST", START.substring(5))).hasSize(2);
  }

  @Test
  void aBusyRegistryIsAskedAgain() throws IOException {
    server.on(START, status(503), status(202, "Location", SESSION));
    server.on("PUT " + SESSION, status(429, "Retry-After", "0"), drop(), keep(201));

    push();

    assertThat(kept.toByteArray()).isEqualTo(CONTENT);
  }

  @Test
  void aRegistryThatStaysBusyIsGivenUp() {
    server.on("PUT " + SESSION, status(503));

    assertThatThrownBy(this::push)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("503 Service Unavailable")
        .hasMessageContaining("try again later");
    assertThat(server.seen("DELETE", SESSION)).hasSize(1);
  }

  @Test
  void aLimitOnRequestsLeadsToChunks() throws IOException {
    byte[] large = Fixtures.random(2_500_000);
    server.on(
        "PUT " + SESSION,
        exchange -> {
          boolean whole = "2500000".equals(exchange.getRequestHeaders().getFirst("Content-Length"));
          (whole ? status(413) : keep(201)).give(exchange);
        });
    server.on("PATCH " + SESSION, keep(202));

    client.pushBlob(image(), Fixtures.blob(large), Fixtures.source(large), _ -> {});

    assertThat(kept.toByteArray()).isEqualTo(large);
    assertThat(server.seen("PATCH", SESSION).stream().map(s -> s.header("Content-Range")))
        .containsExactly("0-999999", "1000000-1999999", "2000000-2499999");
  }

  @Test
  void progressGoesBackWithTheUpload() throws IOException {
    server.on("PUT " + SESSION, status(500), keep(201));
    List<Long> progress = new ArrayList<>();

    client.pushBlob(image(), Fixtures.blob(CONTENT), Fixtures.source(CONTENT), progress::add);

    assertThat(progress.getLast()).isEqualTo(200_000);
    assertThat(progress.stream().filter(p -> p == 200_000)).hasSize(2);
  }

  @Test
  void anUploadElsewhereGetsNoCredentials() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    try (FaultServer elsewhere = FaultServer.startElsewhere()) {
      server.on(
          START,
          status(401, "WWW-Authenticate", "Basic realm=\"x\""),
          status(202, "Location", elsewhere.url(SESSION)));
      elsewhere.on("PUT " + SESSION, redirect(307, elsewhere.url("/more")));
      elsewhere.on("PUT /more", keep(201));

      push();

      assertThat(kept.toByteArray()).isEqualTo(CONTENT);
      assertThat(elsewhere.seen()).hasSize(2);
      assertThat(elsewhere.seen()).allMatch(s -> s.header("Authorization").isEmpty());
    }
  }

  @Test
  void aSourceThatCannotBeOpenedIsTheCallersFailure() {
    server.on("PUT " + SESSION, keep(201));
    BlobSource source =
        () -> {
          throw new IOException("the disk is gone");
        };

    assertThatThrownBy(() -> client.pushBlob(image(), Fixtures.blob(CONTENT), source, _ -> {}))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
  }

  @Test
  void anUploadThatStallsIsTakenUpAgain() throws IOException {
    server.on("PUT " + SESSION, FaultServer.silence(), keep(201));

    push();

    assertThat(kept.toByteArray()).isEqualTo(CONTENT);
  }

  private void push() throws IOException {
    boolean sent =
        client.pushBlob(image(), Fixtures.blob(CONTENT), Fixtures.source(CONTENT), _ -> {});
    assertThat(sent).isTrue();
  }

  private ImageReference image() {
    return Fixtures.image(server.host(), "some/repo");
  }

  private FaultServer.Answer keep(int status) {
    return exchange -> {
      exchange.getRequestBody().transferTo(kept);
      status(status, "Location", SESSION).give(exchange);
    };
  }

  private FaultServer.Answer keepAndDrop(int bytes) {
    return exchange -> kept.write(exchange.getRequestBody().readNBytes(bytes));
  }
}
