package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrySettingsTest {
  @TempDir Path home;

  @Test
  void withoutAFileThereIsNothingSpecial() {
    RegistrySettings settings = Fixtures.settings(home);

    assertThat(settings.mirrors(ImageReference.parse("busybox"))).isEmpty();
    assertThat(settings.insecure("docker.io")).isFalse();
    assertThat(settings.blocked("docker.io")).isFalse();
  }

  @Test
  void theFileSaysHowRegistriesAreReached() throws IOException {
    RegistrySettings settings =
        Fixtures.configured(
            home,
            """
            {"registries": {
              "docker.io": {"mirrors": ["http://127.0.0.1:5000", "mirror.example/hub"]},
              "old.example": {"insecure": true, "chunkSize": 1000000},
              "bad.example:5000": {"blocked": true}}}
            """);

    assertThat(settings.mirrors(ImageReference.parse("busybox")))
        .containsExactly("127.0.0.1:5000", "mirror.example/hub");
    assertThat(settings.insecure("old.example")).isTrue();
    assertThat(settings.insecure("old.example:5000")).isTrue();
    assertThat(settings.chunkSize("old.example")).isEqualTo(1_000_000);
    assertThat(settings.blocked("bad.example:5000")).isTrue();
    assertThat(settings.blocked("bad.example")).isFalse();
  }

  @Test
  void theUsersOwnFileIsFound() throws IOException {
    Path file = Files.createDirectories(home.resolve("xdg/jbuild")).resolve("registries.json");
    Files.writeString(file, "{\"registries\":{\"a.example\":{\"blocked\":true}}}");

    RegistrySettings settings =
        Fixtures.settings(home, "XDG_CONFIG_HOME", home.resolve("xdg").toString());

    assertThat(settings.blocked("a.example")).isTrue();
  }

  @Test
  void aBlockedRegistryIsNotAsked() throws IOException {
    RegistrySettings settings =
        Fixtures.configured(home, "{\"registries\":{\"docker.io\":{\"blocked\":true}}}");
    try (RegistryClient client = RegistryClient.open(settings)) {
      assertThatThrownBy(() -> client.resolve(ImageReference.parse("busybox")))
          .hasMessageContaining("docker.io is blocked");
      assertThatThrownBy(() -> client.tags(ImageReference.parse("busybox")))
          .hasMessageContaining("docker.io is blocked");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                                  | make no sense: not JSON",
        "{\"registries\":{\"x\":{\"mirors\":[]}}}           | unknown setting \"mirors\" of x",
        "{\"registries\":{\"x\":{\"mirrors\":[\"ftp://a\"]}}} | a mirror is an http(s) URL",
        "{\"registries\":{\"x\":{\"mirrors\":[\"http://a:b@c\"]}}} | has credentials in its URL"
      })
  void aBrokenFileIsRefused(String json, String message) throws IOException {
    RegistrySettings settings = Fixtures.configured(home, json);

    assertThatThrownBy(() -> settings.blocked("x"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("a:b");
  }

  @Test
  void aNamedFileThatIsMissingIsAFailure() {
    RegistrySettings settings =
        Fixtures.settings(home, "JBUILD_REGISTRIES", home.resolve("none.json").toString());

    assertThatThrownBy(() -> settings.blocked("x")).hasMessageContaining("there is no such file");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost,true",
    "localhost:5000,true",
    "my.localhost:1,true",
    "127.0.0.1,true",
    "127.8.9.10:80,true",
    "[::1]:5000,true",
    "127.example.org,false",
    "10.0.0.1,false",
    "localhost.example.org,false"
  })
  void loopbackNeverLeavesTheMachine(String host, boolean loopback) {
    assertThat(Site.isLoopback(host)).isEqualTo(loopback);
  }
}
