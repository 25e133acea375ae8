package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.BaseImages;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.Residue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is wrong: a reason in one line with file and line where there is one, nothing
 * half-written, and the next build works.
 */
@EndToEnd
final class BadInputTest {
  @TempDir private Path temp;

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 | FRMO busybox        | unknown instruction: FRMO
          2 | RUNN true           | unknown instruction: RUNN
          2 | COPY --frob=1 a /   | frob
          2 | COPY nowhere /      | nowhere
          2 | COPY                | COPY requires at least two arguments
          2 | RUN exit 3          | exit code: 3
          2 | RUN --mount=type=x true | mount
          2 | COPY --from=later a / | later
          2 | ENV                 | ENV
          2 | EXPOSE a/b/c        | a/b/c
          2 | USER nosuchuser\\nRUN true | nosuchuser
          """)
  void saysWhichLineAndWhy(
      String line, String instruction, String reason, Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\n" + instruction.replace("\\n", "\n") + "\n");

    Outcome outcome = jbuild.run("build", "--progress=plain", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .containsIgnoringCase(reason)
        .containsPattern("Dockerfile:[" + line + "3]");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void anUnknownFlagIsNamed(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\n");

    Outcome outcome = jbuild.run("build", "--frobnicate", context);

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err()).contains("unknown flag: --frobnicate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment\n", "ARG A=1\n"})
  void aDockerfileWithoutAStageIsRefused(String text, Jbuild jbuild, Folder context) {
    context.dockerfile(text);

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("Dockerfile");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void aMissingDockerfileAndAMissingContextAreNamed(Jbuild jbuild, Folder context) {
    assertThat(jbuild.run("build", context).err()).contains("Dockerfile").contains("no such file");
    assertThat(jbuild.run("build", context.path().resolve("nothing")).err())
        .contains("nothing")
        .containsIgnoringCase("not found");
  }

  @Test
  void aBinaryFileAsDockerfileIsRefusedInOneLine(Jbuild jbuild, Folder context) throws IOException {
    byte[] bytes = new byte[1 << 20];
    RandomGeneratorFactory.of("L64X128MixRandom").create(3).nextBytes(bytes);
    Files.write(context.path().resolve("Dockerfile"), bytes);

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err().length()).as("bytes of error text").isLessThan(4_000);
    assertThat(outcome.err()).contains("Dockerfile").doesNotContain("Exception", "\tat ");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void aDockerfileOfTenMegabytesIsAnsweredNotChokedOn(Jbuild jbuild, Folder context) {
    context.dockerfile(
        "FROM busybox\n"
            + "# a line that says nothing at all, many times over\n".repeat(200_000)
            + "FRMO\n");

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .containsAnyOf("Dockerfile:200002", "too large", "larger than")
        .doesNotContain("OutOfMemory");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void aRegistryThatIsDownIsNamed(Jbuild jbuild, Folder context) throws IOException {
    String host = "127.0.0.1:" + LocalRegistry.freePort();
    context.dockerfile("FROM " + host + "/team/app\n");

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("Dockerfile:1\n")
        .containsPattern("ERROR: failed to solve: .*" + host + ".*refused");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void aBlockedRegistryIsNotAskedAndIsNamed(Folder context) throws IOException {
    Path settings =
        Files.writeString(
            temp.resolve("r.json"), "{\"registries\":{\"docker.io\":{\"blocked\":true}}}");
    context.dockerfile("FROM busybox\n");

    Outcome outcome = Jbuild.on(temp.resolve("store")).through(settings).run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("busybox").contains("docker.io is blocked");
  }

  @Test
  void anImageThatIsNotThereIsNamed(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM debian:nosuchtag\n");

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("debian:nosuchtag").containsIgnoringCase("not found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flipped", "truncated", "emptied"})
  void aSpoiledLayerIsRefusedAndASoundOneTakenLater(String how, Folder context) throws IOException {
    context.dockerfile("FROM busybox\nRUN true\n");
    try (LocalRegistry registry = LocalRegistry.start(temp.resolve("registry"))) {
      registry.push(BaseImages.ofThisUser().busybox(), "library/busybox:latest");
      Path layer = registry.blob(layerOf(registry));
      byte[] sound = Files.readAllBytes(layer);
      Files.write(layer, spoil(sound, how));
      Jbuild jbuild = Jbuild.on(temp.resolve("store")).through(registry.mirrorsDockerHub());

      Outcome outcome = jbuild.run("build", context);

      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.err())
          .containsPattern("(?i)digest|truncated|ended|length|size|bytes")
          .contains("busybox");
      nothingHalfWritten(jbuild);
      Files.write(layer, sound);
      jbuild.check("build", "-q", context);
    }
  }

  private static byte[] spoil(byte[] sound, String how) {
    byte[] spoiled =
        how.equals("flipped")
            ? sound.clone()
            : java.util.Arrays.copyOf(sound, how.equals("emptied") ? 0 : sound.length / 2);
    if (how.equals("flipped")) {
      spoiled[sound.length / 2] ^= 1;
    }
    return spoiled;
  }

  private static String layerOf(LocalRegistry registry) {
    String manifest =
        Command.of(
                "skopeo",
                "inspect",
                "--raw",
                "--tls-verify=false",
                "docker://" + registry.host() + "/library/busybox")
            .check()
            .out();
    Matcher digest = Pattern.compile("\"layers\".*?sha256:([0-9a-f]{64})").matcher(manifest);
    assertThat(digest.find()).isTrue();
    return digest.group(1);
  }

  @Test
  void aDigestThatDoesNotMatchIsRefused(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox@sha256:" + "0".repeat(64) + "\n");

    Outcome outcome = jbuild.run("build", context);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("sha256:0000000000");
    theNextBuildWorks(jbuild, context);
  }

  @Test
  void aFullDiskIsSaidAndLeavesTheStoreUsable(Jbuild other, Folder context) throws IOException {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    Command.of("mount", "-t", "tmpfs", "-o", "size=24m", "none", disk).check();
    try {
      Jbuild jbuild = new Jbuild(other.launcher(), disk.resolve("store"), other.registries());
      jbuild.check("pull", "-q", "busybox");
      context.dockerfile("FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=40\n");
      assertThat(jbuild.run("build", context)).satisfies(BadInputTest::saysThatTheDiskIsFull);
      Command.of(
              "dd", "if=/dev/urandom", "of=" + context.path().resolve("big"), "bs=1M", "count=40")
          .check();
      context.dockerfile("FROM busybox\nCOPY big /\n");
      assertThat(jbuild.run("build", context)).satisfies(BadInputTest::saysThatTheDiskIsFull);

      nothingHalfWritten(jbuild);
      theNextBuildWorks(jbuild, context);
    } finally {
      unmount(disk);
    }
  }

  /** The child that takes an unused bridge away ends some milliseconds after its command. */
  private static void unmount(Path disk) {
    Instant end = Instant.now().plusSeconds(10);
    while (Command.of("umount", disk).run().code() != 0) {
      assertThat(Instant.now()).as("something still holds " + disk).isBefore(end);
    }
  }

  private static void saysThatTheDiskIsFull(Outcome outcome) {
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("No space left on device").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../escaped", "/../escaped", "link/escaped"})
  void anArchiveEntryCannotLeaveTheImage(String name, Jbuild jbuild, Folder context)
      throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    String make =
        """
        import io, sys, tarfile
        with tarfile.open(sys.argv[1], 'w') as tar:
            link = tarfile.TarInfo('link'); link.type = tarfile.SYMTYPE; link.linkname = sys.argv[3]; tar.addfile(link)
            entry = tarfile.TarInfo(sys.argv[2]); entry.size = 4; tar.addfile(entry, io.BytesIO(b'evil'))
        """;
    Command.of("python3", "-c", make, context.path().resolve("evil.tar"), name, outside).check();
    context.dockerfile("FROM busybox\nADD evil.tar /x/y/\n");

    jbuild.run("build", "-q", context);

    assertThat(outside).isEmptyDirectory();
    assertThat(Path.of("/escaped")).doesNotExist();
    nothingHalfWritten(jbuild);
    theNextBuildWorks(jbuild, context);
  }

  private static void theNextBuildWorks(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nRUN echo works > /works\n");
    jbuild.check("build", "-q", "--no-cache", "-t", "works", context);
    assertThat(jbuild.check("run", "--rm", "works", "cat", "/works").out()).isEqualTo("works\n");
  }

  private static void nothingHalfWritten(Jbuild jbuild) {
    try {
      assertThat(Residue.of(jbuild.store()).find()).isEmpty();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
