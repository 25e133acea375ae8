package dev.jbuild.registry;

import static dev.jbuild.registry.FaultServer.body;
import static dev.jbuild.registry.FaultServer.bytes;
import static dev.jbuild.registry.FaultServer.redirect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {
  private static final String LATEST = "/v2/some/repo/manifests/latest";

  @TempDir Path home;
  private FaultServer server;
  private RegistryClient client;

  @BeforeEach
  void open() throws IOException {
    server = FaultServer.start();
    client = RegistryClient.open(Fixtures.settings(home));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void bytesAreKeptAndTheTypeIsFoundInThem() {
    server.on("GET " + LATEST, bytes(Fixtures.MANIFEST, "Content-Type", "application/json"));

    Resolved resolved = client.resolve(image());

    assertThat(resolved.bytes()).isEqualTo(Fixtures.MANIFEST);
    assertThat(resolved.descriptor().digest()).isEqualTo(Digest.sha256(Fixtures.MANIFEST));
    assertThat(resolved.descriptor().mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
  }

  @Test
  void anIndexWithoutTypesIsStillOne() {
    server.on("GET " + LATEST, body(200, "{\"schemaVersion\":2,\"manifests\":[]}"));

    assertThat(client.resolve(image()).descriptor().mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
  }

  @Test
  void allKindsAreAskedFor() {
    server.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    client.resolve(image());

    assertThat(server.seen("GET", LATEST).getFirst().header("Accept"))
        .contains(
            MediaTypes.OCI_INDEX,
            MediaTypes.OCI_MANIFEST,
            MediaTypes.DOCKER_INDEX,
            MediaTypes.DOCKER_MANIFEST);
  }

  @Test
  void headTellsTheDigestWithoutAPull() {
    Digest digest = Digest.sha256(Fixtures.MANIFEST);
    server.on(
        "HEAD " + LATEST,
        bytes(
            Fixtures.MANIFEST,
            "Content-Type",
            MediaTypes.OCI_MANIFEST,
            "Docker-Content-Digest",
            digest.toString()));

    assertThat(client.head(image()).orElseThrow().digest()).isEqualTo(digest);
    assertThat(server.seen("GET", LATEST)).isEmpty();
  }

  @Test
  void headWithoutADigestTellsNothing() {
    server.on("HEAD " + LATEST, bytes(Fixtures.MANIFEST));

    assertThat(client.head(image())).isEmpty();
  }

  @Test
  void aPinIsChecked() {
    Digest pin = Digest.sha256("other");
    server.on("GET /v2/some/repo/manifests/" + pin, bytes(Fixtures.MANIFEST));

    assertThatThrownBy(() -> client.resolve(image().withDigest(pin)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("other content than its digest " + pin);
  }

  @Test
  void theAnnouncedDigestIsChecked() {
    server.on(
        "GET " + LATEST,
        bytes(Fixtures.MANIFEST, "Docker-Content-Digest", Digest.sha256("other").toString()));

    assertThatThrownBy(() -> client.resolve(image())).hasMessageContaining("other content");
  }

  @Test
  void htmlIsNoManifest() {
    server.on(
        "GET " + LATEST, body(200, "<!DOCTYPE html><p>Log in</p>", "Content-Type", "text/html"));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining("an HTML page instead of JSON");
  }

  @Test
  void htmlInAnErrorIsNotPrinted() {
    server.on("GET " + LATEST, body(403, "<html>secret page</html>", "Content-Type", "text/html"));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining("403 Forbidden with an HTML page")
        .hasMessageNotContaining("secret page");
  }

  @Test
  void anythingElseIsNoManifestEither() {
    server.on("GET " + LATEST, body(200, "\u001b[2Jhello"));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining("no JSON")
        .hasMessageNotContaining("\u001b");
  }

  @Test
  void theOldSchemaIsNamed() {
    server.on("GET " + LATEST, body(200, "{\"schemaVersion\":1,\"name\":\"x\"}"));

    assertThatThrownBy(() -> client.resolve(image())).hasMessageContaining("old schema 1");
  }

  @Test
  void aHugeManifestIsRefusedUnread() {
    server.on(
        "GET " + LATEST,
        exchange -> {
          exchange.sendResponseHeaders(200, 4L << 30);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
        });

    assertThatThrownBy(() -> client.resolve(image())).hasMessageContaining("more than 4 MiB");
  }

  @Test
  void aManifestThatDoesNotEndIsRefused() {
    server.on(
        "GET " + LATEST,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] blanks = new byte[1 << 20];
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(blanks);
          }
        });

    assertThatThrownBy(() -> client.resolve(image())).hasMessageContaining("more than 4 MiB");
  }

  @Test
  void redirectsInACircleEnd() {
    server.on("GET " + LATEST, redirect(302, LATEST));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining("redirects more than 10 times");
  }

  @Test
  void strangeRedirectsAreRefused() {
    server.on("GET " + LATEST, redirect(302, "file:///etc/passwd"));

    assertThatThrownBy(() -> client.resolve(image())).hasMessageContaining("unusable Location");
  }

  @Test
  void theRegistrysOwnErrorsAreTold() {
    server.on(
        "GET " + LATEST,
        body(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest\\u0007 unknown\"}]}"));

    assertThatThrownBy(() -> client.resolve(image()))
        .isInstanceOfSatisfying(
            RegistryException.class,
            e -> {
              assertThat(e.status()).isEqualTo(404);
              assertThat(e.request()).isEqualTo("GET " + server.url(LATEST));
              assertThat(e.problems())
                  .containsExactly(
                      new RegistryException.Problem("MANIFEST_UNKNOWN", "manifest  unknown"));
            });
  }

  @Test
  void nobodyThereIsSaidSo() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    ImageReference nobody = Fixtures.image("127.0.0.1:" + port, "some/repo");

    assertThatThrownBy(() -> client.resolve(nobody))
        .hasMessageContaining("127.0.0.1:" + port + ": connection refused")
        .hasMessageContaining("check the name, the network and the proxy settings");
  }

  @Test
  void tagsComeFromAllPages() {
    String path = "/v2/some/repo/tags/list";
    server.on(
        "GET " + path,
        body(
            200,
            "{\"tags\":[\"a\",\"b\"]}",
            "Link",
            "<https://wrong.invalid" + path + "?n=2&last=b>; rel=\"next\""),
        body(200, "{\"tags\":[\"c\"]}"));

    assertThat(client.tags(image(), 2)).containsExactly("a", "b", "c");
    assertThat(server.seen("GET", path).getLast().query()).isEqualTo("n=2&last=b");
  }

  @Test
  void aPageThatLeadsToItselfIsReadOnce() {
    String path = "/v2/some/repo/tags/list";
    server.on(
        "GET " + path,
        body(200, "{\"tags\":[\"a\"]}", "Link", "<" + path + "?n=1000>; rel=\"next\""));

    assertThat(client.tags(image())).containsExactly("a");
  }

  private ImageReference image() {
    return Fixtures.image(server.host(), "some/repo");
  }
}
