package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.FaultProxy;
import dev.jbuild.testkit.FaultProxy.Fault;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Caches that come from elsewhere and are damaged: told, passed over, and never believed. */
@EndToEnd
final class CacheFaultsTest {
  private static final String DOCKERFILE =
      "FROM busybox\nCOPY data /data\nRUN sha256sum /data > /sum\nCMD [\"cat\", \"/sum\"]\n";

  @TempDir private Path temp;
  private FaultProxy proxy;
  private Jbuild other;
  private String sum;

  @BeforeEach
  void open(Jbuild jbuild, Folder context, LocalRegistry registry) throws IOException {
    proxy = FaultProxy.before("http://" + registry.host());
    other = new Jbuild(jbuild.launcher(), temp.resolve("other"), jbuild.registries());
    context.dockerfile(DOCKERFILE);
    Trees.writeFile(context.path().resolve("data"), 3_000_000, 11);
    sum = Trees.sha256(context.path().resolve("data")) + "  /data\n";
  }

  @AfterEach
  void close() {
    proxy.close();
    Command.of("rm", "-rf", temp.resolve("other")).check();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("corrupt", "/blobs/", FaultProxy.corrupt()),
        Arguments.of("truncate", "/blobs/", FaultProxy.truncate(100)),
        Arguments.of("gone", "/blobs/", FaultProxy.status(404)),
        Arguments.of("denied", "/manifests/", FaultProxy.status(403)),
        Arguments.of(
            "html",
            "/manifests/",
            FaultProxy.content(200, "text/html", "<html>Welcome to the hotel</html>")),
        Arguments.of("endless", "/manifests/", FaultProxy.endless()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aDamagedCacheInARegistryIsPassedOver(
      String what, String path, Fault fault, Jbuild jbuild, Folder context) {
    String cache = proxy.host() + "/cache/spoiled:1";
    jbuild.check("build", "-q", "--cache-to", "type=registry,mode=max,ref=" + cache, context);
    proxy.spoil(1000, "GET", path, fault);

    builds(context, "type=registry,ref=" + cache);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aDamagedInlineCacheIsPassedOver(
      String what, String path, Fault fault, Jbuild jbuild, Folder context) {
    String image = proxy.host() + "/cache/inline:1";
    jbuild
        .command("build", "-q", "-t", image, "--cache-to", "type=inline", "--push", context)
        .check();
    proxy.spoil(1000, "GET", path, fault);

    builds(context, "type=registry,ref=" + image);
  }

  /** With a warning of few lines, by executing what could not be had. */
  private void builds(Folder context, String from) {
    Outcome built =
        other.check("build", "--progress=plain", "-t", "it/again", "--cache-from", from, context);

    assertThat(built.err())
        .contains("WARNING: ")
        .contains("is not used")
        .doesNotContain("Exception", "\tat ");
    assertThat(other.check("run", "--rm", "it/again").out()).isEqualTo(sum);
    assertThat(other.check("store", "fsck").out()).contains("all in order");
  }

  @Test
  void aSoundCacheLeavesNothingToExecute(Jbuild jbuild, Folder context) {
    String cache = proxy.host() + "/cache/sound:1";
    jbuild.check("build", "-q", "--cache-to", "type=registry,mode=max,ref=" + cache, context);
    proxy.spoil(1, "GET", "/blobs/", FaultProxy.cut(1_000));

    Outcome built =
        other.check(
            "build", "--progress=plain", "--cache-from", "type=registry,ref=" + cache, context);

    assertThat(built.err())
        .contains("CACHED")
        .doesNotContain("WARNING", "RUN sha256sum /data > /sum\n#5 0");
    assertThat(built.err().lines().filter(line -> line.endsWith(" CACHED"))).hasSize(2);
  }

  @Test
  void anImportOfCacheMountsGoesOnWhereItBroke(Jbuild jbuild, Folder context) throws IOException {
    String name = proxy.host() + "/cache/mounts:1";
    exportMounts(jbuild, context, "--to", name);
    proxy.spoil(1, "GET", "/blobs/", FaultProxy.cut(1_000_000));
    proxy.spoil(1000, "GET", "/blobs/", FaultProxy.cut(0));

    Outcome broken = other.run("cache", "import", "--from", name);

    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains(proxy.host()).doesNotContain("Exception");
    proxy.heal();
    assertThat(other.check("cache", "import", "--from", name).out()).isEqualTo("imported /big\n");
    assertThat(proxy.seen("GET", "/blobs/").getLast().range()).matches("bytes=[1-9]\\d{5,}-");
    hasTheMount();
  }

  private static void exportMounts(Jbuild jbuild, Folder context, Object flag, Object target) {
    context.dockerfile(
        "FROM busybox\nCOPY data /data\nRUN --mount=type=cache,id=big,target=/c cp /data /c/data\n");
    jbuild.check("build", "-q", "--no-cache", context);
    jbuild.check("cache", "export", flag, target, "big");
  }

  private void hasTheMount() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("empty"));
    Files.writeString(
        folder.resolve("Dockerfile"),
        "FROM busybox\nRUN --mount=type=cache,id=big,target=/c cd /c && sha256sum data > /sum\n");
    other.check("build", "-q", "-t", "it/mount", folder);
    assertThat(other.check("run", "--rm", "it/mount", "cat", "/sum").out())
        .isEqualTo(sum.replace("/data", "data"));
  }

  /** What cannot be right is refused, and what was here before stays. */
  @Test
  void aDamagedArchiveOfCacheMountsChangesNothing(Jbuild jbuild, Folder context)
      throws IOException {
    Path archive = temp.resolve("mounts.tar");
    exportMounts(jbuild, context, "-o", archive);
    other.check("cache", "import", "-i", archive);
    byte[] sound = Files.readAllBytes(archive);
    for (int i = 1; i < 8; i++) {
      byte[] flipped = sound.clone();
      flipped[sound.length / 8 * i] ^= 4;
      Files.write(archive, i == 7 ? java.util.Arrays.copyOf(sound, sound.length / 2) : flipped);

      Outcome refused = other.run("cache", "import", "-i", archive);

      assertThat(refused.code())
          .as("byte %d of %d", sound.length / 8 * i, sound.length)
          .isEqualTo(1);
      assertThat(refused.err()).doesNotContain("Exception", "\tat ").hasLineCount(1);
    }
    hasTheMount();
  }
}
