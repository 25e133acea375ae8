package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pulls and pushes through a proxy that spoils them: a clear reason, nothing lost, and the next try
 * goes on where the last one was.
 */
@EndToEnd
final class RegistryFaultsTest {
  private static final int SIZE = 3_000_000;

  /** Stands for the path of the only layer. */
  private static final String LAYER = "LAYER";

  private static String direct = "";
  private static String digest = "";
  private static String layer = "";

  @TempDir private Path temp;
  private FaultProxy proxy;
  private String name;
  private Jbuild other;

  @BeforeEach
  void open(Jbuild jbuild, Folder context, LocalRegistry registry) throws IOException {
    if (direct.isEmpty()) {
      push(jbuild, context, registry.host() + "/faults/app:1");
    }
    proxy = FaultProxy.before("http://" + registry.host());
    name = proxy.host() + "/faults/app:1";
    other = Jbuild.on(temp.resolve("other"));
  }

  private static void push(Jbuild jbuild, Folder context, String image) throws IOException {
    context.dockerfile("FROM scratch\nCOPY data /data\n");
    Trees.writeFile(context.path().resolve("data"), SIZE, 7);
    jbuild.check("build", "-q", "-t", image, context);
    String pushed = jbuild.check("push", image).out();
    digest = pushed.replaceAll("(?s).*digest: (sha256:\\w+).*", "$1");
    // As the registry has it: the one in the store is of layers that are not compressed yet.
    String manifest =
        Command.of("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + image)
            .check()
            .out();
    layer = "/blobs/" + manifest.replaceAll("(?s).*\"layers\".*?(sha256:\\w+).*", "$1");
    direct = image;
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    Path left = temp.resolve("other/tmp");
    if (Files.isDirectory(left)) {
      assertThat(left).isEmptyDirectory();
    }
    Command.of("rm", "-rf", temp.resolve("other")).check();
  }

  /** What passes is tried again, without a word. */
  static Stream<Arguments> passing() {
    return Stream.of(
        Arguments.of("cut", "GET", LAYER, FaultProxy.cut(1_000_000)),
        Arguments.of("slow", "GET", LAYER, FaultProxy.slow(8_000_000)),
        Arguments.of("429", "GET", "manifests/1", FaultProxy.status(429, "Retry-After", "1")),
        Arguments.of("500", "GET", LAYER, FaultProxy.status(500)),
        Arguments.of("503", "GET", "manifests", FaultProxy.status(503)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("passing")
  void whatPassesIsTriedAgain(String what, String method, String path, Fault fault) {
    String spoiled = path.replace(LAYER, layer);
    proxy.spoil(1, method, spoiled, fault);

    assertThat(other.check("pull", name).out()).contains("Digest: " + digest);

    assertThat(proxy.seen(method, spoiled))
        .hasSizeGreaterThanOrEqualTo(what.equals("slow") ? 1 : 2);
  }

  /** What does not pass is said, with the place, and nothing of it is kept. */
  static Stream<Arguments> lasting() {
    return Stream.of(
        Arguments.of("corrupt", LAYER, FaultProxy.corrupt(), "sends other content than the digest"),
        Arguments.of("truncate", LAYER, FaultProxy.truncate(100), "100 bytes where the manifest"),
        Arguments.of(
            "html",
            "manifests/1",
            FaultProxy.content(200, "text/html", "<html>Welcome to the hotel</html>"),
            "HTML"),
        Arguments.of("endless", "manifests/1", FaultProxy.endless(), "manifest"),
        Arguments.of("gone", LAYER, FaultProxy.status(404), "the registry has lost this blob"),
        Arguments.of(
            "loop",
            "manifests/1",
            (Fault) (p, exchange) -> FaultProxy.redirect(p.url()).answer(p, exchange),
            "redirects more than"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lasting")
  void whatLastsIsSaid(String what, String path, Fault fault, String reason) {
    proxy.spoil(1000, "GET", path.replace(LAYER, layer), fault);

    Outcome refused = other.run("pull", name);

    assertThat(refused.code()).as(what).isEqualTo(1);
    assertThat(refused.err()).contains(reason).contains(proxy.host()).doesNotContain("Exception");
    assertThat(refused.err().lines()).hasSizeLessThan(4);
    assertThat(other.check("images", "-q").out()).isEmpty();
    proxy.heal();
    assertThat(other.check("pull", name).out()).contains("Digest: " + digest);
  }

  @Test
  void theNextProcessGoesOnWhereTheLastOneWas() {
    proxy.spoil(1, "GET", layer, FaultProxy.cut(2_000_000));
    proxy.spoil(1000, "GET", layer, FaultProxy.cut(0));
    Outcome broken = other.run("pull", name);
    assertThat(broken.code()).isEqualTo(1);
    proxy.heal();

    assertThat(other.check("pull", name).out()).contains("Digest: " + digest);

    String range = proxy.seen("GET", layer).getLast().range();
    assertThat(Long.parseLong(range.replaceAll("\\D", ""))).isGreaterThan(1_000_000);
    assertThat(other.check("store", "fsck").out()).contains("all in order");
    assertThat(temp.resolve("other/partial")).isEmptyDirectory();
  }

  @Test
  void aKilledPullIsGoneOnWith() throws Exception {
    proxy.spoil(1, "GET", layer, FaultProxy.slow(1_000_000));
    try (Running running = other.command("pull", name).start()) {
      awaitPart(500_000);
      running.signal("KILL");
      assertThat(running.await().code()).isNotZero();
    }
    proxy.heal();

    other.check("pull", name);

    assertThat(proxy.seen("GET", layer).getLast().range()).matches("bytes=[1-9]\\d*-");
    assertThat(other.check("store", "fsck").out()).contains("all in order");
    other.check("prune", "-f");
  }

  private void awaitPart(long size) throws Exception {
    for (int i = 0; i < 400; i++) {
      Path folder = temp.resolve("other/partial");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> parts = Files.list(folder)) {
          for (Path part : parts.toList()) {
            if (Files.size(part) >= size) {
              return;
            }
          }
        }
      }
      Thread.sleep(25);
    }
    throw new AssertionError("no part of a blob has come");
  }

  @Test
  void anUploadThatBreaksOrIsKilledIsDoneTheNextTime(Jbuild jbuild) throws Exception {
    String target = proxy.host() + "/faults/again:1";
    jbuild.check("tag", direct, target);
    proxy.spoil(1, "PATCH", "uploads", FaultProxy.cutRequest(1_000_000));
    proxy.spoil(1, "PUT", "uploads", FaultProxy.status(503));
    assertThat(jbuild.check("push", target).out()).contains("digest: " + digest);

    String killed = proxy.host() + "/faults/killed:1";
    jbuild.check("tag", target, killed);
    proxy.spoil(1, "POST", "uploads", (_, _) -> sleep());
    try (Running running = jbuild.command("push", killed).start()) {
      for (int i = 0; i < 400 && proxy.seen("POST", "killed/blobs/uploads").isEmpty(); i++) {
        Thread.sleep(25);
      }
      running.signal("KILL");
      running.await();
    }
    assertThat(jbuild.check("push", killed).out()).contains("digest: " + digest);
    assertThat(other.check("pull", killed).out()).contains("Digest: " + digest);
  }

  private static void sleep() {
    try {
      Thread.sleep(20_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aLayerThatExpandsTooFarIsRefusedUnlessThatIsAllowed(
      Jbuild jbuild, Folder context, LocalRegistry registry) {
    String bomb = registry.host() + "/faults/bomb:1";
    Command.of("truncate", "-s", "30M", context.path().resolve("zeros")).check();
    context.dockerfile("FROM scratch\nCOPY zeros /zeros\n");
    jbuild.check("build", "-q", "-t", bomb, "--push", context);

    for (Outcome refused :
        new Outcome[] {
          other.run("pull", "--max-layer-size", "10MB", bomb),
          other.command("pull", bomb).with("JBUILD_MAX_LAYER_SIZE", "10MB").run()
        }) {
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("this looks like a bomb; --max-layer-size");
      assertThat(other.check("images", "-q").out()).isEmpty();
    }
    other.check("pull", "--max-layer-size", "100MB", bomb);
    assertThat(other.check("store", "fsck").out()).contains("all in order");
  }

  /** Whatever is lost of what was pulled: the registry has it, and the name stays. */
  @ParameterizedTest
  @ValueSource(strings = {"layers", "blobs", "everything", "flipped"})
  void aStoreIsMendedFromTheRegistry(String lost) throws IOException {
    other.check("pull", name);
    Path root = temp.resolve("other");
    switch (lost) {
      case "layers" -> Command.of("sh", "-c", "rm -rf " + root + "/layers/*").check();
      case "blobs" -> Command.of("sh", "-c", "rm " + root + "/blobs/sha256/*").check();
      case "flipped" ->
          Command.of("sh", "-c", "for f in " + root + "/blobs/sha256/*; do printf x >> $f; done")
              .check();
      default ->
          Command.of("sh", "-c", "rm -rf " + root + "/layers/* " + root + "/blobs/sha256/*")
              .check();
    }
    assertThat(other.run("store", "fsck").code()).isEqualTo(1);

    Outcome repaired = other.check("store", "fsck", "--repair");

    assertThat(repaired.out()).contains("anew").doesNotContain("its name is removed");
    assertThat(other.check("store", "fsck").out()).contains("all in order");
    other.check("tag", name, direct);
    assertThat(other.check("push", direct).out()).contains("digest: " + digest);
    assertThat(other.check("cp", created(), temp.resolve("data")).err()).isNotNull();
    assertThat(Files.size(temp.resolve("data"))).isEqualTo(SIZE);
    other.check("rm", "mended");
  }

  private String created() {
    other.check("create", "--name", "mended", name, "/data");
    return "mended:/data";
  }

  @Test
  void whatNobodyHasIsReportedAsLost() {
    other.check("pull", name);
    Command.of("sh", "-c", "rm " + temp.resolve("other") + "/blobs/sha256/*").check();
    proxy.spoil(1000, "GET", "", FaultProxy.status(404));
    proxy.spoil(1000, "HEAD", "", FaultProxy.status(404));

    Outcome repaired = other.run("store", "fsck", "--repair");

    assertThat(repaired.out())
        .contains("its name is removed; pull or build it again")
        .contains("not all could be brought")
        .contains(proxy.host());
    assertThat(other.check("images", "-q").out()).isEmpty();
    proxy.heal();
    assertThat(other.check("pull", name).out()).contains("Digest: " + digest);
  }

  @Test
  void aFullDiskIsSaidAndThePullGoesOnWhenThereIsRoom() {
    Path disk = temp.resolve("disk");
    Command.of("mkdir", disk).check();
    Command.of("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk).check();
    try {
      Jbuild small = Jbuild.on(disk.resolve("store"));
      Outcome full = small.run("pull", name);
      assertThat(full.code()).isEqualTo(1);
      assertThat(full.err()).containsIgnoringCase("no space left on device");
      assertThat(full.err().lines()).hasSizeLessThan(3);

      Command.of("mount", "-o", "remount,size=40m", disk).check();
      assertThat(small.check("pull", name).out()).contains("Digest: " + digest);
      assertThat(proxy.seen("GET", layer).getLast().range()).matches("bytes=[1-9]\\d*-");
    } finally {
      Command.of("umount", disk).check();
    }
  }
}
