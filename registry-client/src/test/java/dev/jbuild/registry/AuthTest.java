package dev.jbuild.registry;

import static dev.jbuild.registry.FaultServer.body;
import static dev.jbuild.registry.FaultServer.bytes;
import static dev.jbuild.registry.FaultServer.redirect;
import static dev.jbuild.registry.FaultServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets told what: tokens, names and passwords, and above all who does not. */
class AuthTest {
  private static final String LATEST = "/v2/some/repo/manifests/latest";
  private static final String BASIC = new Credential.Basic("jane", "s3cret").header();

  @TempDir Path home;
  private FaultServer server;
  private FaultServer elsewhere;
  private RegistryClient client;

  @BeforeEach
  void open() throws IOException {
    server = FaultServer.start();
    elsewhere = FaultServer.startElsewhere();
    client = RegistryClient.open(Fixtures.settings(home));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    elsewhere.close();
  }

  @Test
  void nothingIsSaidUnasked() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on("GET " + LATEST, bytes(Fixtures.MANIFEST));

    client.resolve(image());

    assertThat(server.seen()).allMatch(s -> s.header("Authorization").isEmpty());
  }

  @Test
  void nameAndPasswordAreGivenWhenAskedFor() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on("GET " + LATEST, guarded(BASIC, "Basic realm=\"x\"", Fixtures.MANIFEST));

    assertThat(client.resolve(image()).bytes()).isEqualTo(Fixtures.MANIFEST);
    client.resolve(image());

    // The second time they are given at once.
    assertThat(server.seen("GET", LATEST)).hasSize(3);
  }

  @Test
  void anAnonymousTokenIsFetchedForTheScope() {
    server.on("GET " + LATEST, guarded("Bearer t1", bearer(), Fixtures.MANIFEST));
    elsewhere.on("GET /token", body(200, "{\"token\":\"t1\",\"expires_in\":300}"));

    client.resolve(image());
    client.resolve(image());

    assertThat(elsewhere.seen()).hasSize(1);
    assertThat(elsewhere.seen().getFirst().query())
        .isEqualTo("service=tests&scope=repository%3Asome%2Frepo%3Apull");
    assertThat(elsewhere.seen().getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void credentialsGoToTheTokenServerAndNotToTheRegistry() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on("GET " + LATEST, guarded("Bearer t1", bearer(), Fixtures.MANIFEST));
    elsewhere.on("GET /token", body(200, "{\"access_token\":\"t1\"}"));

    client.resolve(image());

    assertThat(elsewhere.seen().getFirst().header("Authorization")).isEqualTo(BASIC);
    assertThat(server.seen()).noneMatch(s -> s.header("Authorization").equals(BASIC));
  }

  @Test
  void anIdentityTokenIsChanged() throws IOException {
    Path file = Files.createDirectories(home.resolve(".docker")).resolve("config.json");
    Files.writeString(
        file, "{\"auths\":{\"" + server.host() + "\":{\"identitytoken\":\"refresh-me\"}}}");
    server.on("GET " + LATEST, guarded("Bearer t1", bearer(), Fixtures.MANIFEST));
    elsewhere.on("POST /token", body(200, "{\"access_token\":\"t1\"}"));

    assertThat(client.resolve(image()).bytes()).isEqualTo(Fixtures.MANIFEST);
  }

  @Test
  void aTokenThatIsRefusedIsFetchedAnew() {
    server.on(
        "GET " + LATEST,
        guarded("Bearer t1", bearer(), Fixtures.MANIFEST),
        guarded("Bearer t1", bearer(), Fixtures.MANIFEST),
        guarded("Bearer t2", bearer(), Fixtures.MANIFEST));
    elsewhere.on("GET /token", body(200, "{\"token\":\"t1\"}"), body(200, "{\"token\":\"t2\"}"));

    client.resolve(image());
    client.resolve(image());

    assertThat(elsewhere.seen()).hasSize(2);
  }

  @Test
  void aTokenIsRenewedBeforeItExpires() {
    server.on("GET " + LATEST, guarded("Bearer t", bearer(), Fixtures.MANIFEST));
    // Twenty seconds is the least that is believed, and the last ten are not used.
    elsewhere.on("GET /token", body(200, "{\"token\":\"t\",\"expires_in\":0}"));

    client.resolve(image());
    client.resolve(image());

    assertThat(elsewhere.seen()).hasSize(1);
  }

  @Test
  void manyThreadsFetchOneToken() throws Exception {
    server.on("GET " + LATEST, guarded("Bearer t1", bearer(), Fixtures.MANIFEST));
    elsewhere.on("GET /token", body(200, "{\"token\":\"t1\"}"));
    Callable<Resolved> pull = () -> client.resolve(image());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Resolved>> pulls =
          threads.invokeAll(Stream.generate(() -> pull).limit(10).toList());
      assertThat(pulls).allMatch(p -> p.state() == Future.State.SUCCESS);
    }

    assertThat(elsewhere.seen()).hasSize(1);
  }

  @Test
  void whatTheRegistryWantsIsAskedForToo() {
    server.on(
        "GET " + LATEST,
        guarded(
            "Bearer t1",
            bearer() + ",scope=\"repository:some/repo:pull repository:more:pull\"",
            Fixtures.MANIFEST));
    elsewhere.on("GET /token", body(200, "{\"token\":\"t1\"}"));

    client.resolve(image());

    assertThat(elsewhere.seen().getFirst().query())
        .contains("scope=repository%3Asome%2Frepo%3Apull", "scope=repository%3Amore%3Apull");
  }

  @Test
  void aRedirectToAnotherHostGetsNoCredentials() throws IOException {
    byte[] content = Fixtures.random(1000);
    String path = "/v2/some/repo/blobs/" + Digest.sha256(content);
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on(
        "GET " + path,
        exchange -> {
          if (BASIC.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            redirect(307, elsewhere.url("/cdn?signature=top-secret")).give(exchange);
          } else {
            status(401, "WWW-Authenticate", "Basic realm=\"x\"").give(exchange);
          }
        });
    elsewhere.on("GET /cdn", redirect(302, server.url("/back")));
    server.on("GET /back", bytes(content));

    assertThat(Fixtures.fetch(client, image(), content)).isEqualTo(content);

    assertThat(elsewhere.seen()).hasSize(1);
    assertThat(elsewhere.seen().getFirst().header("Authorization")).isEmpty();
    // Nor does it come back on the way back.
    assertThat(server.seen("GET", "/back").getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void aSignatureIsNotInTheMessage() {
    byte[] content = Fixtures.random(1000);
    String path = "/v2/some/repo/blobs/" + Digest.sha256(content);
    server.on("GET " + path, redirect(307, elsewhere.url("/cdn?signature=top-secret")));
    elsewhere.on("GET /cdn", status(403));

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), content))
        .hasMessageContaining(elsewhere.host() + ", where " + server.host() + " redirects to")
        .hasMessageNotContaining("top-secret");
  }

  @Test
  void aRefusalSaysToLogIn() {
    server.on("GET " + LATEST, status(401, "WWW-Authenticate", "Basic realm=\"x\""));

    assertThatThrownBy(() -> client.resolve(image()))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isDenied()).isTrue())
        .hasMessageEndingWith(
            "there is no such repository, or it needs a login: jbuild login " + server.host());
  }

  @Test
  void aRefusalOfCredentialsSaysWhereTheyAreFromAndNotWhatTheyAre() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on(
        "GET " + LATEST,
        exchange ->
            body(
                    401,
                    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"bad header "
                        + exchange.getRequestHeaders().getFirst("Authorization")
                        + "\"}]}",
                    "WWW-Authenticate",
                    "Basic realm=\"x\"")
                .give(exchange));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining("the credentials from " + home.resolve(".docker/config.json"))
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining(BASIC.substring(6));
  }

  @Test
  void aTokenServerThatRefusesIsNamed() throws IOException {
    Fixtures.remember(home, server.host(), "jane", "s3cret");
    server.on("GET " + LATEST, guarded("Bearer t1", bearer(), Fixtures.MANIFEST));
    elsewhere.on("GET /token", status(401));

    assertThatThrownBy(() -> client.resolve(image()))
        .hasMessageContaining(elsewhere.host() + " answers 401")
        .hasMessageContaining("log in again: jbuild login " + server.host());
  }

  private String bearer() {
    return "Bearer realm=\"" + elsewhere.url("/token") + "\",service=\"tests\"";
  }

  private ImageReference image() {
    return Fixtures.image(server.host(), "some/repo");
  }

  private static FaultServer.Answer guarded(String wanted, String challenge, byte[] content) {
    return exchange -> {
      if (wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        bytes(content).give(exchange);
      } else {
        status(401, "WWW-Authenticate", challenge).give(exchange);
      }
    };
  }
}
