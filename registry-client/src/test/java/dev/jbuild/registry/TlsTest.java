package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against Docker's registry server with TLS, which also wants a client's certificate. The server is
 * reached through a name that is no loopback to the client, by a proxy that only connects.
 */
class TlsTest {
  private static final String NAME = "registry.test";

  @TempDir static Path folder;
  private static DockerRegistry registry;
  private static TunnelProxy tunnel;

  @TempDir Path home;

  @BeforeAll
  static void start() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -subj /CN=tests-ca -keyout ca.key -out ca.crt -days 9");
    issue("server", "subjectAltName=DNS:" + NAME);
    issue("client", "extendedKeyUsage=clientAuth");
    openssl("rsa -traditional -in client.key -out client-pkcs1.key");
    registry =
        DockerRegistry.withTls(
            folder,
            folder.resolve("server.crt"),
            folder.resolve("server.key"),
            folder.resolve("ca.crt").toString());
    tunnel = TunnelProxy.start(registry.port());
  }

  @AfterAll
  static void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
    if (tunnel != null) {
      tunnel.close();
    }
  }

  @Test
  void aStrangersCertificateIsNotTrusted() {
    RegistrySettings settings = Fixtures.settings(home, "HTTPS_PROXY", tunnel.url());

    assertThatThrownBy(() -> push(settings, NAME))
        .hasMessageContaining("its certificate is not trusted")
        .hasMessageContaining("put its CA as ca.crt into /etc/docker/certs.d/" + NAME);
  }

  @Test
  void aFolderOfCertificatesMakesBothSidesTrust() throws IOException {
    Path certs = Files.createDirectories(home.resolve(".config/docker/certs.d").resolve(NAME));
    Files.copy(folder.resolve("ca.crt"), certs.resolve("ca.crt"));
    Files.copy(folder.resolve("client.crt"), certs.resolve("client.cert"));
    Files.copy(folder.resolve("client.key"), certs.resolve("client.key"));

    push(Fixtures.settings(home, "HTTPS_PROXY", tunnel.url()), NAME);

    assertThat(tunnel.authorizations()).allMatch(String::isEmpty);
  }

  @Test
  void theSettingsCanNameTheFolderAndKeysMayBeOfTheOldForm() throws IOException {
    Path certs = Files.createDirectories(home.resolve("certs"));
    Files.copy(folder.resolve("ca.crt"), certs.resolve("ca.crt"));
    Files.copy(folder.resolve("client.crt"), certs.resolve("client.cert"));
    Files.copy(folder.resolve("client-pkcs1.key"), certs.resolve("client.key"));
    String json = "{\"registries\":{\"" + NAME + "\":{\"certs\":\"" + certs + "\"}}}";

    push(Fixtures.configured(home, json, "HTTPS_PROXY", tunnel.url()), NAME);
  }

  @Test
  void theSystemsAuthoritiesAreTrusted() {
    RegistrySettings settings =
        Fixtures.settings(
            home,
            "HTTPS_PROXY",
            tunnel.url(),
            "SSL_CERT_FILE",
            folder.resolve("ca.crt").toString());

    // Trusted, but without a client certificate of ours.
    assertThatThrownBy(() -> push(settings, NAME))
        .hasMessageNotContaining("not trusted")
        .isInstanceOf(RegistryException.class);
  }

  @Test
  void aTrustedCertificateOfAnotherNameIsRefused() throws IOException {
    Path certs = Files.createDirectories(home.resolve("certs"));
    Files.copy(folder.resolve("ca.crt"), certs.resolve("ca.crt"));
    String json = "{\"registries\":{\"other.test\":{\"certs\":\"" + certs + "\"}}}";

    assertThatThrownBy(
            () -> push(Fixtures.configured(home, json, "HTTPS_PROXY", tunnel.url()), "other.test"))
        .hasMessageContaining("its certificate is not trusted");
  }

  @Test
  void insecureMeansThatNobodyHasToVouch() throws IOException {
    Path certs = Files.createDirectories(home.resolve("certs"));
    String json = "{\"registries\":{\"" + NAME + "\":{\"insecure\":true}}}";

    assertThat(certs).isEmptyDirectory();
    assertThatThrownBy(
            () -> push(Fixtures.configured(home, json, "HTTPS_PROXY", tunnel.url()), NAME))
        .hasMessageNotContaining("not trusted");
  }

  @Test
  void onLoopbackTlsIsFoundOut(@TempDir Path other) throws IOException {
    try (DockerRegistry open =
        DockerRegistry.withTls(
            other, folder.resolve("server.crt"), folder.resolve("server.key"), "")) {
      push(Fixtures.settings(home), open.host());
    }
  }

  private static void push(RegistrySettings settings, String host) throws IOException {
    try (RegistryClient client = RegistryClient.open(settings)) {
      byte[] content = Fixtures.random(70_000);
      var reference = Fixtures.image(host, "some/repo");
      client.pushBlob(reference, Fixtures.blob(content), Fixtures.source(content), _ -> {});
      assertThat(Fixtures.fetch(client, reference, content)).isEqualTo(content);
    }
  }

  private static void issue(String name, String extension) throws Exception {
    openssl(
        "req -newkey rsa:2048 -nodes -subj /CN="
            + name
            + " -keyout "
            + name
            + ".key -out "
            + name
            + ".csr");
    Files.writeString(folder.resolve(name + ".ext"), extension + "\n");
    openssl(
        "x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -in "
            + name
            + ".csr -extfile "
            + name
            + ".ext -out "
            + name
            + ".crt");
  }

  private static void openssl(String arguments) throws Exception {
    Process process =
        new ProcessBuilder(("openssl " + arguments).split(" "))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
