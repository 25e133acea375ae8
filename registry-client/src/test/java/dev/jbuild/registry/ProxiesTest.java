package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({
    "https://reg.example/,secure.proxy:3128",
    "http://reg.example/,plain.proxy:80",
    "https://a.inside.example/,direct",
    "https://inside.example/,direct",
    "https://notinside.example/,secure.proxy:3128",
    "https://a.dotted.example/,direct",
    "https://dotted.example/,secure.proxy:3128",
    "https://10.1.2.3:5000/,direct",
    "https://10.2.2.3/,secure.proxy:3128",
    "https://exact.example:5000/,direct",
    "https://exact.example/,secure.proxy:3128",
    "http://127.0.0.1:5000/,direct",
    "http://localhost:5000/,direct"
  })
  void theEnvironmentSaysWhichWay(String uri, String way) {
    Proxies proxies =
        new Proxies(
            Fixtures.settings(
                home,
                "HTTPS_PROXY",
                "http://secure.proxy:3128",
                "http_proxy",
                "plain.proxy",
                "NO_PROXY",
                "inside.example, .dotted.example,10.1.0.0/16,exact.example:5000"));

    Proxy proxy = proxies.select(URI.create(uri)).getFirst();

    assertThat(
            proxy.type() == Proxy.Type.DIRECT
                ? "direct"
                : proxy.address().toString().replace("/<unresolved>", ""))
        .isEqualTo(way);
  }

  @Test
  void aProxyCarriesRequestsWithItsOwnCredentials() throws IOException {
    try (FaultServer proxy = FaultServer.start()) {
      String path = "/v2/some/repo/manifests/latest";
      proxy.on("GET " + path, FaultServer.bytes(Fixtures.MANIFEST));
      RegistrySettings settings =
          Fixtures.configured(
              home,
              "{\"registries\":{\"local.example\":{\"mirrors\":[\"http://reg.invalid\"]}}}",
              "HTTP_PROXY",
              "http://user:p%40ss@" + proxy.host());
      try (RegistryClient client = RegistryClient.open(settings)) {
        client.resolve(Fixtures.image("local.example", "some/repo"));
      }

      FaultServer.Seen seen = proxy.seen("GET", path).getFirst();
      assertThat(seen.header("Host")).isEqualTo("reg.invalid");
      assertThat(seen.header("Proxy-Authorization"))
          .isEqualTo(new Credential.Basic("user", "p@ss").header());
    }
  }

  @Test
  void aBrokenProxyIsNamedWithoutItsPassword() {
    RegistrySettings settings = Fixtures.settings(home, "HTTPS_PROXY", "socks5://a:geheim@b");

    assertThatThrownBy(() -> new Proxies(settings))
        .hasMessageStartingWith("HTTPS_PROXY is no proxy that can be used")
        .hasMessageNotContaining("geheim");
  }
}
