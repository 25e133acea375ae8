package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Docker's registry server with a password file. */
class LoginTest {
  @TempDir static Path folder;
  private static DockerRegistry registry;

  @TempDir Path home;

  @BeforeAll
  static void start() throws IOException {
    registry = DockerRegistry.withPassword(folder);
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  @Test
  void withoutALoginNothingCanBePushed() {
    try (RegistryClient client = RegistryClient.open(Fixtures.settings(home))) {
      assertThatThrownBy(() -> push(client))
          .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isDenied()).isTrue())
          .hasMessageContaining("needs a login: jbuild login " + registry.host());
    }
  }

  @Test
  void whatLoginKeepsIsUsed() throws IOException {
    RegistryLogin.Stored stored = login("s3cret");

    try (RegistryClient client = RegistryClient.open(Fixtures.settings(home))) {
      push(client);
      assertThat(client.tags(Fixtures.image(registry.host(), "some/repo"))).contains("latest");
    }
    assertThat(stored).isEqualTo(new RegistryLogin.Stored(config().toString(), true));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config())))
        .isEqualTo("rw-------");
  }

  @Test
  void aWrongPasswordIsRefusedAndNotKept() {
    assertThatThrownBy(() -> login("wrong-one"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("refuses this user name or password")
        .hasMessageNotContaining("wrong-one");
    assertThat(config()).doesNotExist();
  }

  @Test
  void theRestOfTheFileIsKeptAndALinkStaysOne() throws IOException {
    Path real = home.resolve("elsewhere.json");
    Files.writeString(
        real, "{\"psFormat\":\"x\",\"n\":1.50,\"auths\":{\"a.example\":{\"auth\":\"eDp5\"}}}");
    Files.createDirectories(config().getParent());
    Files.createSymbolicLink(config(), real);

    login("s3cret");

    assertThat(config()).isSymbolicLink();
    Json.Obj json = Json.parseObject(Files.readAllBytes(real));
    assertThat(json.members().keySet()).containsExactly("psFormat", "n", "auths");
    assertThat(json.object("auths").members()).containsOnlyKeys("a.example", registry.host());
    try (var files = Files.list(home)) {
      assertThat(files).containsExactlyInAnyOrder(real, config().getParent());
    }
  }

  @Test
  void logoutForgets() throws IOException {
    login("s3cret");
    RegistryLogin logins = new RegistryLogin(Fixtures.settings(home));

    assertThat(logins.logout(registry.host())).isTrue();
    assertThat(logins.logout(registry.host())).isFalse();

    assertThat(Files.readString(config())).doesNotContain(registry.host());
  }

  @Test
  void podmansFileIsReadToo() throws IOException {
    Path file = home.resolve("auth.json");
    String auth = new Credential.Basic("jane", "s3cret").encoded();
    Files.writeString(
        file, "{\"auths\":{\"" + registry.host() + "/some\":{\"auth\":\"" + auth + "\"}}}");
    RegistrySettings settings = Fixtures.settings(home, "REGISTRY_AUTH_FILE", file.toString());

    try (RegistryClient client = RegistryClient.open(settings)) {
      push(client);
    }
  }

  @Test
  void aHelperKeepsAndGivesCredentials() throws IOException {
    Path bin = helper("keep");
    Files.createDirectories(config().getParent());
    Files.writeString(config(), "{\"credsStore\":\"keep\"}");
    RegistrySettings settings = Fixtures.settings(home, "PATH", bin.toString());

    RegistryLogin.Stored stored =
        new RegistryLogin(settings).login(registry.host(), "jane", "s3cret");
    try (RegistryClient client = RegistryClient.open(settings)) {
      push(client);
    }

    assertThat(stored).isEqualTo(new RegistryLogin.Stored("docker-credential-keep", false));
    assertThat(Files.readString(config()))
        .contains(registry.host())
        .doesNotContain(new Credential.Basic("jane", "s3cret").encoded());
    assertThat(new RegistryLogin(settings).logout(registry.host())).isTrue();
    assertThat(bin.resolve("kept")).doesNotExist();
  }

  @Test
  void aHelperThatIsMissingIsNamedInTheRefusal() throws IOException {
    Files.createDirectories(config().getParent());
    Files.writeString(config(), "{\"credHelpers\":{\"" + registry.host() + "\":\"lost\"}}");

    try (RegistryClient client = RegistryClient.open(Fixtures.settings(home))) {
      assertThatThrownBy(() -> push(client))
          .hasMessageContaining("docker-credential-lost is not on the PATH");
    }
  }

  @Test
  void serversHaveManyNames() {
    assertThat(RegistryLogin.registry("")).isEqualTo("docker.io");
    assertThat(RegistryLogin.registry("https://index.docker.io/v1/")).isEqualTo("docker.io");
    assertThat(RegistryLogin.registry("https://reg.example:5000/v2/"))
        .isEqualTo("reg.example:5000");
  }

  private RegistryLogin.Stored login(String password) {
    return new RegistryLogin(Fixtures.settings(home)).login(registry.host(), "jane", password);
  }

  private static void push(RegistryClient client) throws IOException {
    byte[] config = "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var reference = Fixtures.image(registry.host(), "some/repo");
    client.pushBlob(reference, Fixtures.blob(config), Fixtures.source(config), _ -> {});
    client.pushManifest(reference, dev.jbuild.oci.MediaTypes.OCI_MANIFEST, Fixtures.MANIFEST);
  }

  private Path config() {
    return home.resolve(".docker/config.json");
  }

  /** A program that keeps one secret beside itself. */
  private Path helper(String name) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path program = bin.resolve("docker-credential-" + name);
    Files.writeString(
        program,
        """
        #!/bin/sh
        kept=$(/usr/bin/dirname "$0")/kept
        case $1 in
          store) /bin/cat > "$kept" ;;
          get) [ -f "$kept" ] || { echo "credentials not found in native keychain"; exit 1; }
               /bin/cat "$kept" ;;
          erase) /bin/rm -f "$kept" ;;
        esac
        """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return bin;
  }
}
