package dev.jbuild.registry;

import static dev.jbuild.registry.FaultServer.bytes;
import static dev.jbuild.registry.FaultServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorsTest {
  private static final byte[] CONTENT = Fixtures.random(100_000);
  private static final String BLOB = "/v2/some/repo/blobs/" + Digest.sha256(CONTENT);
  private static final String LATEST = "/v2/some/repo/manifests/latest";

  @TempDir Path home;
  private FaultServer origin;
  private FaultServer mirror;
  private RegistryClient client;

  @BeforeEach
  void open() throws IOException {
    origin = FaultServer.start();
    mirror = FaultServer.startElsewhere();
    client = with("[\"http://" + mirror.host() + "\"]");
  }

  @AfterEach
  void close() {
    client.close();
    origin.close();
    mirror.close();
  }

  @Test
  void aMirrorIsAskedFirst() {
    mirror.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    assertThat(client.resolve(image()).servedBy()).isEqualTo(mirror.host());
    assertThat(origin.seen()).isEmpty();
  }

  @Test
  void theRegistryHelpsWhereAMirrorDoesNot() {
    mirror.on("GET " + LATEST, status(500));
    origin.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    assertThat(client.resolve(image()).servedBy()).isEqualTo(origin.host());
  }

  @Test
  void aMirrorThatIsGoneIsAskedOnce() {
    mirror.close();
    origin.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    assertThat(client.resolve(image()).servedBy()).isEqualTo(origin.host());
    assertThat(client.resolve(image()).servedBy()).isEqualTo(origin.host());
  }

  @Test
  void allFailuresAreTold() {
    mirror.on("GET " + LATEST, status(403));

    assertThatThrownBy(() -> client.resolve(image()))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isNotFound()).isTrue())
        .hasMessageContaining(origin.host() + " answers 404")
        .hasMessageContaining(mirror.host() + " answers 403");
  }

  @Test
  void aMirrorHasCredentialsOfItsOwn() throws IOException {
    Fixtures.remember(home, origin.host(), "jane", "s3cret");
    mirror.on("GET " + LATEST, status(401, "WWW-Authenticate", "Basic realm=\"x\""));
    origin.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    client.resolve(image());

    assertThat(mirror.seen()).isNotEmpty().allMatch(s -> s.header("Authorization").isEmpty());
  }

  @Test
  void aDownloadThatAMirrorBreaksOffGoesOnAtTheRegistry() throws IOException {
    mirror.on("GET " + BLOB, FaultServer.cut(CONTENT, 40_000), status(404));
    origin.on("GET " + BLOB, FaultServer.ranged(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
    assertThat(origin.seen("GET", BLOB).getFirst().header("Range")).startsWith("bytes=");
  }

  @Test
  void aMirrorThatGaveWrongContentIsNotAskedForItAgain() throws IOException {
    mirror.on("GET " + BLOB, bytes(new byte[CONTENT.length]));
    origin.on("GET " + BLOB, bytes(CONTENT));

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .hasMessageContaining(mirror.host() + " sends other content");
    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void aMirrorsPathStandsBeforeTheRepository() throws IOException {
    mirror.on("GET /v2/proxy/hub" + LATEST.substring(3), bytes(Fixtures.MANIFEST));
    try (RegistryClient other = with("[\"http://" + mirror.host() + "/v2/proxy/hub/\"]")) {
      assertThat(other.resolve(image()).servedBy()).isEqualTo(mirror.host() + "/proxy/hub");
    }
  }

  @Test
  void pushesGoToTheRegistryItself() {
    origin.on("PUT " + LATEST, status(201));

    client.pushManifest(image(), "application/json", Fixtures.MANIFEST);

    assertThat(mirror.seen()).isEmpty();
  }

  private RegistryClient with(String mirrors) throws IOException {
    return RegistryClient.open(
        Fixtures.configured(
            home, "{\"registries\":{\"" + origin.host() + "\":{\"mirrors\":" + mirrors + "}}}"));
  }

  private ImageReference image() {
    return Fixtures.image(origin.host(), "some/repo");
  }
}
