package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When a step runs again, and when it must not. */
@EndToEnd
final class CacheTest {
  private static Outcome build(Jbuild jbuild, Folder context, Object... more) {
    return jbuild.command("build", "--progress=plain").and(more).and(context).check();
  }

  /** The words after which a plain log says CACHED. */
  private static boolean cached(Outcome outcome, String instruction) {
    String[] lines = outcome.err().split("\n", -1);
    for (String line : lines) {
      if (line.startsWith("#") && line.contains("] " + instruction)) {
        String number = line.substring(0, line.indexOf(' '));
        return Stream.of(lines).anyMatch(other -> other.equals(number + " CACHED"));
      }
    }
    throw new AssertionError("no step " + instruction + " in " + outcome);
  }

  @Test
  void onlyContentCounts(Jbuild jbuild, Folder context) throws Exception {
    context
        .dockerfile("FROM busybox\nCOPY a.txt /\nRUN wc -c /a.txt > /size\n")
        .file("a.txt", "one\n")
        .file("other.txt", "");
    build(jbuild, context);

    Files.setLastModifiedTime(context.path().resolve("a.txt"), FileTime.fromMillis(0));
    context.file("other.txt", "not copied");
    assertThat(cached(build(jbuild, context), "RUN wc"))
        .as("times and other files do not count")
        .isTrue();

    context.file("a.txt", "two\n");
    assertThat(cached(build(jbuild, context), "RUN wc")).as("content of the same length").isFalse();

    context.file("a.txt", "one\n");
    assertThat(cached(build(jbuild, context), "RUN wc"))
        .as("back to what was built before")
        .isTrue();

    context.permissions("a.txt", "rwx------");
    assertThat(cached(build(jbuild, context), "COPY a.txt")).as("permissions").isFalse();
  }

  @Test
  void aStepThatGivesTheSameBytesSparesWhatFollows(Jbuild jbuild, Folder context) {
    context.dockerfile(
        "FROM busybox\nCOPY a.txt /in/\nRUN grep -v '^#' /in/a.txt > /out && rm -r /in\nRUN sleep 0.1 && cp /out /copy\n");
    context.file("a.txt", "# a comment\nvalue\n");
    build(jbuild, context);

    context.file("a.txt", "# another comment\nvalue\n");

    assertThat(cached(build(jbuild, context), "COPY a.txt")).isFalse();
  }

  @Test
  void noCacheRunsEverythingAgain(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /id\n");

    String first = buildAndRead(jbuild, context);
    String again = buildAndRead(jbuild, context);
    String afresh = buildAndRead(jbuild, context, "--no-cache");

    assertThat(again).isEqualTo(first);
    assertThat(afresh).isNotEqualTo(first);
  }

  private static String buildAndRead(Jbuild jbuild, Folder context, Object... more) {
    jbuild.command("build", "-q", "-t", "random").and(more).and(context).check();
    return jbuild.check("run", "--rm", "random", "cat", "/id").out();
  }

  @Test
  void buildArgumentsCountOnlyWhereTheyAreUsed(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nRUN echo before > /before\nARG V=1\nRUN echo $V > /after\n");
    build(jbuild, context);

    Outcome other = build(jbuild, context, "--build-arg", "V=2");

    assertThat(cached(other, "RUN echo before")).isTrue();
    assertThat(cached(other, "RUN echo $V")).isFalse();
  }

  @Test
  void theSameInputsGiveTheSameImageId(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nCOPY . /src\nENV A=1\nCMD [\"true\"]\n").file("f", "f");

    String first = jbuild.check("build", "-q", context).out();

    assertThat(jbuild.check("build", "-q", context).out())
        .isEqualTo(first)
        .matches("sha256:[0-9a-f]{64}\n");
  }

  @Test
  void aSmallChangeOfALargeCopyWritesLittle(Jbuild jbuild, Folder context) throws Exception {
    Trees.write(context.path().resolve("data"), 500, 20_000_000, 5);
    context.dockerfile("FROM busybox\nCOPY data /data\n");
    jbuild.check("build", "-q", "-t", "large", context);
    long before = bytesOnDisk(jbuild.store());

    Files.writeString(context.path().resolve("data/d000/e00/f00001.txt"), "changed");
    jbuild.check("build", "-q", "-t", "large", context);

    assertThat(bytesOnDisk(jbuild.store()) - before)
        .as("bytes that the second build added")
        .isLessThan(3_000_000);
  }

  /** What du(1) counts: a file with two names once. */
  private static long bytesOnDisk(Path folder) {
    String du = dev.jbuild.testkit.Command.of("du", "-s", "--block-size=1", folder).check().out();
    return Long.parseLong(du.substring(0, du.indexOf('\t')));
  }

  @Test
  void twoBuildsAtOnceShareAStep(Jbuild jbuild, Folder context) throws Exception {
    Path counted = Files.createDirectory(context.path().resolve("counted"));
    context.file(
        "sub/Dockerfile", "FROM busybox\nRUN sleep 2; cat /proc/sys/kernel/random/uuid > /id\n");
    Folder sub = new Folder(context.path().resolve("sub"));

    try (Running one = jbuild.command("build", "-t", "shared:1", sub).start();
        Running two = jbuild.command("build", "-t", "shared:2", sub).start()) {
      assertThat(one.await().code()).isZero();
      assertThat(two.await().code()).isZero();
    }

    String id = jbuild.check("run", "--rm", "shared:1", "cat", "/id").out();
    assertThat(jbuild.check("run", "--rm", "shared:2", "cat", "/id").out()).isEqualTo(id);
    assertThat(counted).isEmptyDirectory();
  }

  @Test
  void independentStagesRunAtOnceAndUnusedOnesNever(Jbuild jbuild, Folder context)
      throws IOException {
    context.dockerfile(
        """
        FROM busybox AS unused
        RUN exit 1
        FROM busybox AS a
        RUN --mount=type=cache,target=/meet touch /meet/a; for i in $(seq 100); do test -e /meet/b && exit 0; sleep 0.1; done; exit 1
        FROM busybox AS b
        RUN --mount=type=cache,target=/meet touch /meet/b; for i in $(seq 100); do test -e /meet/a && exit 0; sleep 0.1; done; exit 1
        FROM scratch
        COPY --from=a /etc/passwd /a
        COPY --from=b /etc/passwd /b
        """);

    Outcome outcome = build(jbuild, context);

    assertThat(outcome.err()).doesNotContain("[unused");
  }
}
