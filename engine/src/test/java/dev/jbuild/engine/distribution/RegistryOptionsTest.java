package dev.jbuild.engine.distribution;

import static dev.jbuild.engine.distribution.Registry.code;
import static dev.jbuild.engine.distribution.Registry.header;
import static dev.jbuild.engine.distribution.Registry.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Descriptor;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryOptionsTest {
  @TempDir private Path temp;

  private static RegistryServer.Options options(
      Optional<Path> htpasswd, boolean readOnly, Optional<RegistryServer.Proxied> upstream) {
    RegistryServer.Options usual = Registry.usual();
    return new RegistryServer.Options(
        usual.address(), usual.tls(), htpasswd, readOnly, upstream, usual.log());
  }

  private static Optional<RegistryServer.Proxied> proxied(Registry upstream, Optional<Long> limit) {
    return Optional.of(new RegistryServer.Proxied(upstream.host(), limit));
  }

  /** The vectors of crypt_blowfish, and one of htpasswd. */
  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "U*U, $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW, true",
    "U*U*, $2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK, true",
    "U*U*U, $2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a, true",
    "U*V, $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW, false",
    "U*U, $2a$05$tooshort, false",
  })
  void bcrypt(String password, String hash, boolean matches) {
    assertThat(Bcrypt.matches(password, hash)).isEqualTo(matches);
  }

  @Test
  void onlyKnownUsersGetIn() throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("htpasswd"),
            """
            # users
            ann:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW
            bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=
            """);
    try (Registry registry =
        Registry.at(temp.resolve("r"), options(Optional.of(file), false, Optional.empty()))) {
      HttpResponse<byte[]> nobody = registry.send("GET", "/v2/");

      assertThat(nobody.statusCode()).isEqualTo(401);
      assertThat(code(nobody)).isEqualTo("UNAUTHORIZED");
      assertThat(header(nobody, "WWW-Authenticate")).startsWith("Basic realm=");
      assertThat(status(registry, "ann:U*U")).isEqualTo(200);
      assertThat(status(registry, "ann:U*U")).isEqualTo(200);
      assertThat(status(registry, "ann:wrong")).isEqualTo(401);
      assertThat(status(registry, "bob:password")).isEqualTo(200);
      assertThat(status(registry, "eve:U*U")).isEqualTo(401);

      Files.writeString(file, "bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000));
      assertThat(status(registry, "ann:U*U")).as("removed").isEqualTo(401);
    }
  }

  private static int status(Registry registry, String pair) throws Exception {
    String value = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    return registry.send("GET", "/v2/", "Authorization", value).statusCode();
  }

  @Test
  void passwordsOfOtherKindsAreRefusedAtOnce() throws Exception {
    Path file = Files.writeString(temp.resolve("htpasswd"), "ann:$apr1$x$y\n");

    assertThatThrownBy(() ->
            Registry.at(temp.resolve("r"), options(Optional.of(file), false, Optional.empty())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("htpasswd:1: make passwords with 'htpasswd -B'");
  }

  @Test
  void readOnlyRefusesWhatChangesSomething() throws Exception {
    Descriptor blob;
    try (Registry registry = Registry.at(temp.resolve("r"))) {
      blob = registry.blob("a", "content");
    }
    try (Registry registry =
        Registry.at(temp.resolve("r"), options(Optional.empty(), true, Optional.empty()))) {
      assertThat(text(registry.send("GET", "/v2/a/blobs/" + blob.digest()))).isEqualTo("content");
      assertThat(registry.send("POST", "/v2/a/blobs/uploads/").statusCode()).isEqualTo(405);
      assertThat(registry.send("DELETE", "/v2/a/blobs/" + blob.digest()).statusCode())
          .isEqualTo(405);
    }
  }

  @Test
  void aCacheKeepsToItsLimitAndForgetsWhatWasUnusedLongest() throws Exception {
    Path kept = temp.resolve("cache");
    try (Registry upstream = Registry.at(temp.resolve("upstream"));
        Registry cache =
            Registry.at(
                kept, options(Optional.empty(), false, proxied(upstream, Optional.of(1500L))))) {
      upstream.put("a", "1", upstream.manifest("a", "layer"));
      byte[] manifest = cache.send("GET", "/v2/a/manifests/1").body();
      Descriptor one = upstream.blob("a", "1".repeat(450));
      Descriptor two = upstream.blob("a", "2".repeat(450));
      Descriptor three = upstream.blob("a", "3".repeat(450));
      for (Descriptor blob : List.of(one, two)) {
        cache.send("GET", "/v2/a/blobs/" + blob.digest());
        awaitKept(file(kept, blob), true);
        Files.setLastModifiedTime(file(kept, blob), FileTime.fromMillis(1_000_000));
      }
      cache.send("GET", "/v2/a/blobs/" + one.digest());

      assertThat(text(cache.send("GET", "/v2/a/blobs/" + three.digest()))).hasSize(450);

      awaitKept(file(kept, two), false);
      assertThat(file(kept, one)).as("just used").exists();
      assertThat(text(cache.send("GET", "/v2/a/blobs/" + two.digest())))
          .as("comes again")
          .startsWith("222");
      assertThat(cache.send("GET", "/v2/a/manifests/1").body()).isEqualTo(manifest);
    }
  }

  /** Whoever asked has all bytes a moment before the cache has done what it does with them. */
  private static void awaitKept(Path file, boolean there) throws InterruptedException {
    for (int i = 0; i < 400 && Files.exists(file) != there; i++) {
      Thread.sleep(25);
    }
    assertThat(Files.exists(file)).as(file + " is kept").isEqualTo(there);
  }

  private static Path file(Path root, Descriptor blob) {
    return root.resolve("blobs/sha256").resolve(blob.digest().hex());
  }

  @Test
  void aCacheServesWhenItsUpstreamIsAway() throws Exception {
    byte[] manifest;
    Descriptor layer;
    Path kept = temp.resolve("cache");
    Registry upstream = Registry.at(temp.resolve("upstream"));
    try (Registry cache =
        Registry.at(kept, options(Optional.empty(), false, proxied(upstream, Optional.empty())))) {
      manifest = upstream.manifest("team/app", "layer");
      layer = upstream.blob("team/app", "layer");
      upstream.put("team/app", "1", manifest);

      assertThat(cache.send("GET", "/v2/team/app/manifests/1").body()).isEqualTo(manifest);
      assertThat(text(cache.send("GET", "/v2/team/app/blobs/" + layer.digest())))
          .isEqualTo("layer");
      assertThat(cache.send("GET", "/v2/team/app/manifests/2").statusCode()).isEqualTo(404);
      assertThat(text(cache.send("GET", "/v2/team/app/tags/list"))).contains("\"1\"");

      byte[] newer = upstream.manifest("team/app", "newer");
      upstream.put("team/app", "1", newer);
      assertThat(cache.send("GET", "/v2/team/app/manifests/1").body())
          .as("a tag is asked for anew")
          .isEqualTo(newer);
      assertThat(cache.send("POST", "/v2/team/app/blobs/uploads/").statusCode()).isEqualTo(405);

      upstream.put("team/app", "old", manifest);
      cache.send("GET", "/v2/team/app/manifests/old");
      upstream.send("DELETE", "/v2/team/app/manifests/old");
      assertThat(cache.send("GET", "/v2/team/app/manifests/old").statusCode())
          .as("a tag that is taken away is not kept")
          .isEqualTo(404);

      upstream.close();
      assertThat(cache.send("GET", "/v2/team/app/manifests/1").body()).isEqualTo(newer);
      assertThat(text(cache.send("GET", "/v2/team/app/blobs/" + layer.digest())))
          .isEqualTo("layer");
      HttpResponse<byte[]> unknown = cache.send("GET", "/v2/team/app/manifests/3");
      assertThat(unknown.statusCode()).as("away is not the same as empty").isEqualTo(502);
      assertThat(text(unknown)).contains(upstream.host());
    } finally {
      upstream.close();
    }
  }
}
