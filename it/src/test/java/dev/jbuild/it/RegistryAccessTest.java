package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Certificates;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.FaultProxy;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.TokenServer;
import dev.jbuild.testkit.TokenServer.Given;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries that want to know who one is, and whom one has to believe first. */
@EndToEnd(needs = "openssl")
final class RegistryAccessTest {
  private static final byte[] PASSWORD = LocalRegistry.PASSWORD.getBytes(StandardCharsets.UTF_8);

  @TempDir private Path temp;

  private static void build(Jbuild jbuild, Folder context, String name) {
    context.dockerfile("FROM scratch\nCOPY f /\n").file("f", "f\n");
    jbuild.check("build", "-q", "-t", name, context);
  }

  /** A call that looks for credentials in the test's own folder. */
  private Command call(Jbuild jbuild, Object... arguments) {
    return jbuild.command(arguments).with("HOME", temp).with("DOCKER_CONFIG", temp);
  }

  private Outcome login(Jbuild jbuild, String host) {
    return call(jbuild, "login", "-u", LocalRegistry.USER, "--password-stdin", host)
        .input(PASSWORD)
        .run();
  }

  @Test
  void tokensAreFetchedForWhatIsDoneAndAgainWhenTheyExpire(Jbuild jbuild, Folder context) {
    try (TokenServer tokens =
            TokenServer.start(temp.resolve("tokens"), LocalRegistry.LOGIN, Duration.ofSeconds(2));
        LocalRegistry registry = LocalRegistry.withTokens(temp.resolve("data"), tokens);
        FaultProxy proxy = FaultProxy.before("http://" + registry.host())) {
      String name = proxy.host() + "/team/app:1";
      build(jbuild, context, name);

      Outcome stranger = call(jbuild, "push", name).run();
      assertThat(stranger.code()).isEqualTo(1);
      assertThat(stranger.err()).contains("jbuild login " + proxy.host());

      assertThat(login(jbuild, proxy.host()).out()).contains("Login Succeeded");
      // Longer than the registry believes in a token.
      proxy.spoil(1, "POST", "blobs/uploads", (p, exchange) -> later(p, exchange));
      Outcome pushed = call(jbuild, "push", name).check();

      assertThat(tokens.given().stream().filter(g -> g.scopes().contains(PUSH)))
          .hasSizeGreaterThan(2);
      assertThat(tokens.given()).contains(new Given(LocalRegistry.USER, List.of(PUSH)));
      assertThat(pushed.out() + pushed.err() + stranger.err())
          .doesNotContain(LocalRegistry.PASSWORD)
          .doesNotContain("Bearer");
      Jbuild anybody = Jbuild.on(temp.resolve("other"));
      anybody.command("pull", name).with("HOME", temp.resolve("data")).check();
      assertThat(tokens.given().getLast())
          .isEqualTo(new Given("", List.of("repository:team/app:pull")));
      Command.of("rm", "-rf", temp.resolve("other")).check();
    }
  }

  private static final String PUSH = "repository:team/app:pull,push";

  private static void later(FaultProxy proxy, com.sun.net.httpserver.HttpExchange exchange)
      throws IOException {
    try {
      Thread.sleep(3500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    FaultProxy.cut(0).answer(proxy, exchange);
  }

  @Test
  void blobsFromAnotherHostComeWithoutTheCredentials(
      Jbuild jbuild, Folder context, LocalRegistry open) throws IOException {
    try (LocalRegistry registry = LocalRegistry.withLogin(temp.resolve("data"));
        FaultProxy proxy = FaultProxy.before("http://" + registry.host());
        FaultProxy elsewhere = FaultProxy.at("127.0.0.2", "http://" + open.host())) {
      String name = proxy.host() + "/team/moved:1";
      build(jbuild, context, name);
      login(jbuild, proxy.host());
      call(jbuild, "push", name).check();
      jbuild.check("tag", name, open.host() + "/team/moved:1");
      jbuild.check("push", open.host() + "/team/moved:1");
      proxy.spoil(1000, "GET", "/blobs/", FaultProxy.redirect(elsewhere.url()));

      Jbuild other = Jbuild.on(temp.resolve("other"));
      call(other, "pull", name).check();

      assertThat(proxy.seen("GET", "/manifests/"))
          .allMatch(seen -> seen.authorization().startsWith("Basic ") || seen.path().endsWith("1"));
      assertThat(elsewhere.seen("GET", "/blobs/"))
          .hasSize(2)
          .allMatch(seen -> seen.authorization().isEmpty());
      Command.of("rm", "-rf", temp.resolve("other")).check();
    }
  }

  @Test
  void aRegistryWithItsOwnAuthorityAndClientCertificates(Jbuild jbuild, Folder context)
      throws IOException {
    Path keys = Files.createDirectories(temp.resolve("data"));
    Certificates.selfSigned(keys, "authority");
    Certificates.signed(keys, "server", "authority");
    Certificates.signed(keys, "client", "authority");
    try (LocalRegistry registry =
        LocalRegistry.withTls(keys, "server", Optional.of(keys.resolve("authority.crt")))) {
      String name = registry.host() + "/team/secure:1";
      build(jbuild, context, name);
      assertThat(login(jbuild, registry.host()).code()).isEqualTo(1);

      Path certs = Files.createDirectories(temp.resolve("certs"));
      Files.copy(keys.resolve("authority.crt"), certs.resolve("ca.crt"));
      Files.copy(keys.resolve("client.crt"), certs.resolve("client.cert"));
      Files.copy(keys.resolve("client.key"), certs.resolve("client.key"));
      Jbuild trusting =
          jbuild.through(
              Files.writeString(
                  temp.resolve("registries.json"),
                  "{\"registries\":{\"%s\":{\"certs\":\"%s\"}}}"
                      .formatted(registry.host(), certs)));

      assertThat(login(trusting, registry.host()).out()).contains("Login Succeeded");
      call(trusting, "push", name).check();
      Jbuild other = new Jbuild(jbuild.launcher(), temp.resolve("other"), trusting.registries());
      call(other, "pull", name).check();
      Command.of("rm", "-rf", temp.resolve("other")).check();
    }
  }

  @Test
  void aBlockedRegistryIsNotAsked(Jbuild jbuild, LocalRegistry registry) throws IOException {
    Jbuild blocked =
        jbuild.through(
            Files.writeString(
                temp.resolve("blocked.json"),
                "{\"registries\":{\"%s\":{\"blocked\":true}}}".formatted(registry.host())));

    Outcome refused = blocked.run("pull", registry.host() + "/library/busybox");

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("is blocked by the registries' settings of this machine");
  }

  /** TLS, a login, and nobody but this program on either side. */
  @Test
  void ourOwnRegistryWithTlsAndALogin(Jbuild jbuild, Folder context) throws Exception {
    Path keys = Files.createDirectories(temp.resolve("keys"));
    Certificates.selfSigned(keys, "own");
    Path users =
        Files.writeString(
            keys.resolve("htpasswd"),
            "jane:$2y$05$Nc/H4agT1xSts7dhoWbHq.ScV75lArc5wm8r9gja9nDQ0YEhp5N5e\n");
    try (Command.Running served =
        jbuild
            .command("registry", "serve", "--addr", "127.0.0.1:0", "--root", temp.resolve("reg"))
            .and("--tls-cert", keys.resolve("own.crt"), "--tls-key", keys.resolve("own.key"))
            .and("--htpasswd", users)
            .start()) {
      RunTest.awaitLine(served, "Serving https://");
      String host = served.out().replaceAll("(?s).*https://(\\S+).*", "$1");
      build(jbuild, context, host + "/own:1");
      Path certs = Files.createDirectories(temp.resolve("certs"));
      Files.copy(keys.resolve("own.crt"), certs.resolve("ca.crt"));
      Jbuild trusting =
          jbuild.through(
              Files.writeString(
                  temp.resolve("registries.json"),
                  "{\"registries\":{\"%s\":{\"certs\":\"%s\"}}}".formatted(host, certs)));
      assertThat(call(trusting, "push", host + "/own:1").run().err()).contains("jbuild login");
      assertThat(login(trusting, host).out()).contains("Login Succeeded");
      call(trusting, "push", host + "/own:1").check();
      Command.of("skopeo", "inspect", "--cert-dir", certs, "--creds", LocalRegistry.LOGIN)
          .and("docker://" + host + "/own:1")
          .check();
      served.signal("INT");
      assertThat(served.await().code()).isZero();
    }
  }
}
