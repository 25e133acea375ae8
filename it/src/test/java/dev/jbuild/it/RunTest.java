package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A container in the foreground, as people know it. */
@EndToEnd
final class RunTest {
  @ParameterizedTest(name = "{1} ends with {0}")
  @CsvSource({"0, true", "1, false", "127, no-such-program", "126, /etc", "127, /no/such/path"})
  void theExitCodeIsTheContainers(int code, String program, Jbuild jbuild) {
    assertThat(jbuild.run("run", "--rm", "busybox", program).code()).isEqualTo(code);
  }

  @Test
  void aSignalInsideIs128AndItsNumber(Jbuild jbuild) {
    assertThat(jbuild.run("run", "--rm", "busybox", "sh", "-c", "exit 42").code()).isEqualTo(42);
    assertThat(
            jbuild.run("run", "--rm", "busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit $?").code())
        .isEqualTo(137);
  }

  @Test
  void anUnknownFlagOrImageIs125(Jbuild jbuild) {
    assertThat(jbuild.run("run", "--frobnicate", "busybox").code()).isEqualTo(125);
    assertThat(jbuild.run("run", "--rm", "busybox:nosuchtag").code()).isEqualTo(125);
    assertThat(jbuild.run("run", "--rm", "NOT/A/NAME").code()).isEqualTo(125);
  }

  @Test
  void stdoutAndStderrStayApart(Jbuild jbuild) {
    Outcome outcome = jbuild.check("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2");

    assertThat(outcome.out()).isEqualTo("out\n");
    assertThat(outcome.err()).isEqualTo("err\n");
  }

  @Test
  void stdinReachesTheContainerOnlyWhenAskedFor(Jbuild jbuild) {
    byte[] input = "some\0bytes\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);

    assertThat(jbuild.command("run", "--rm", "-i", "busybox", "cat").input(input).check().bytes())
        .isEqualTo(input);
    assertThat(jbuild.command("run", "--rm", "busybox", "cat").input(input).check().out())
        .isEmpty();
  }

  @Test
  void environmentWorkingDirectoryAndUser(Jbuild jbuild) {
    String print = "echo $A-$B; pwd; id -u; id -g";

    Outcome outcome =
        jbuild
            .command(
                "run",
                "--rm",
                "-e",
                "A=1",
                "--env",
                "B",
                "-w",
                "/var/new",
                "-u",
                "www-data:100",
                "busybox",
                "sh",
                "-c",
                print)
            .with("B", "from outside")
            .check();

    assertThat(outcome.out()).isEqualTo("1-from outside\n/var/new\n33\n100\n");
  }

  @Test
  void theImagesEntrypointTakesTheArguments(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nENTRYPOINT [\"echo\", \"entry\"]\nCMD [\"default\"]\n");
    jbuild.check("build", "-q", "-t", "entry", context);

    assertThat(jbuild.check("run", "--rm", "entry").out()).isEqualTo("entry default\n");
    assertThat(jbuild.check("run", "--rm", "entry", "mine", "too").out())
        .isEqualTo("entry mine too\n");
    assertThat(jbuild.check("run", "--rm", "--entrypoint", "id", "entry", "-u").out())
        .isEqualTo("0\n");
  }

  @Test
  void foldersOfTheMachineAreSeenInside(Jbuild jbuild, Folder folder) throws Exception {
    folder.file("in.txt", "in\n");

    jbuild.check(
        "run",
        "--rm",
        "-v",
        folder + ":/data",
        "busybox",
        "sh",
        "-c",
        "cat /data/in.txt > /data/out.txt");

    assertThat(Files.readString(folder.path().resolve("out.txt"))).isEqualTo("in\n");
    Outcome readOnly =
        jbuild.run("run", "--rm", "-v", folder + ":/data:ro", "busybox", "touch", "/data/x");
    assertThat(readOnly.code()).isEqualTo(1);
    assertThat(readOnly.err()).contains("Read-only file system");
  }

  @Test
  void networksNoneAndHost(Jbuild jbuild) {
    String interfaces = "ls /sys/class/net";

    assertThat(
            jbuild
                .check("run", "--rm", "--network", "none", "busybox", "sh", "-c", interfaces)
                .out())
        .isEqualTo("lo\n");
    assertThat(
            jbuild
                .check("run", "--rm", "--network", "host", "busybox", "sh", "-c", interfaces)
                .out()
                .lines())
        .containsAll(
            java.util.Arrays.asList(
                java.util.Objects.requireNonNull(new java.io.File("/sys/class/net").list())));
  }

  @Test
  void aTerminalIsOne(Jbuild jbuild) {
    // script(1) gives jbuild a terminal of its own; the size is set on that one and has to arrive
    // inside.
    String inside = "stty rows 31 cols 97; exec \"$@\"";
    Outcome outcome =
        dev.jbuild.testkit.Command.of(
                "script",
                "-qec",
                "sh -c '"
                    + inside
                    + "' sh "
                    + jbuild.launcher()
                    + " run --rm -it busybox sh -c 'tty; stty size'",
                "/dev/null")
            .with("JBUILD_ROOT", jbuild.store())
            .with("JBUILD_REGISTRIES", jbuild.registries().orElseThrow())
            .with("JBUILD_REBUILD", "never")
            .check();

    assertThat(outcome.out()).contains("/dev/pts/0").contains("31 97");
  }

  @Test
  void withoutATerminalTheFlagIsRefused(Jbuild jbuild) {
    Outcome outcome = jbuild.run("run", "--rm", "-it", "busybox", "true");

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err()).contains("the input device is not a TTY");
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
  void signalsReachTheProgram(String signal, int code, Jbuild jbuild) throws Exception {
    String trap =
        "trap 'echo got %s; exit %d' %s; echo ready; while :; do sleep 0.1; done"
            .formatted(signal, code, signal);
    try (Running running = jbuild.command("run", "--rm", "busybox", "sh", "-c", trap).start()) {
      awaitLine(running, "ready");
      running.signal(signal);

      Outcome outcome = running.await();
      assertThat(outcome.code()).isEqualTo(code);
      assertThat(outcome.out()).isEqualTo("ready\ngot " + signal + "\n");
    }
  }

  @Test
  void noJavaSitsInFrontOfAContainerThatRuns(Jbuild jbuild) throws Exception {
    String wait = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done";
    try (Running running = jbuild.command("run", "--rm", "busybox", "sh", "-c", wait).start()) {
      awaitLine(running, "ready");

      Path process = Path.of("/proc", Long.toString(running.process().pid()));
      assertThat(Files.readSymbolicLink(process.resolve("exe")).toString()).doesNotContain("java");
      assertThat(Files.readString(process.resolve("status"))).contains("Threads:\t1\n");

      running.signal("TERM");
      assertThat(running.await().code()).isZero();
    }
  }

  static void awaitLine(Running running, String line) throws InterruptedException {
    for (int i = 0; i < 600 && !running.out().contains(line) && running.process().isAlive(); i++) {
      Thread.sleep(50);
    }
    assertThat(running.out()).as(running.err()).contains(line);
  }
}
