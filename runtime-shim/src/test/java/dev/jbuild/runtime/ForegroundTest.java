package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code shim run} as its caller sees it: codes, streams, signals, terminals. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ForegroundTest {
  private Box box;
  private int plans;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    box = Box.open(folder);
  }

  @AfterAll
  void close() {
    if (box != null) {
      box.close();
    }
  }

  private List<String> shim(boolean tty, boolean stdin, Isolation isolation, String... argv)
      throws IOException {
    Sandbox sandbox =
        new Sandbox(box.overlay(List.of(box.base)), List.of(), Box.command(argv), isolation);
    Path plan = Files.write(box.folder.resolve("plan" + plans++), Plan.of(sandbox, tty, stdin));
    return List.of(ShimBinary.locate().toString(), "run", plan.toString());
  }

  private Process start(boolean stdin, String... argv) throws IOException {
    return new ProcessBuilder(shim(false, stdin, Isolation.docker(), argv)).start();
  }

  private static String read(java.io.InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/bin/false | 1 | ''",
        "nope | 127 | jbuild-shim: exec: \"nope\": executable file not found in $PATH",
        "/bin | 126 | jbuild-shim: exec: \"/bin\": is a directory: permission denied",
      })
  void codesAndTheOneLine(String program, int code, String line) throws Exception {
    Process process = start(false, program);
    assertThat(read(process.getErrorStream()).strip()).isEqualTo(line);
    assertThat(process.waitFor()).isEqualTo(code);
  }

  @Test
  void theCodeIsWhatTheCallerGets() throws Exception {
    assertThat(start(false, "sh", "-c", "exit 77").waitFor()).isEqualTo(77);
  }

  @Test
  void aBrokenPlanIsOneLineToo() throws Exception {
    Path plan = Files.writeString(box.folder.resolve("broken"), "broken plan");
    Process process =
        new ProcessBuilder(ShimBinary.locate().toString(), "run", plan.toString()).start();
    assertThat(read(process.getErrorStream()))
        .isEqualTo("jbuild-shim: plan: a record is cut off\n");
    assertThat(process.waitFor()).isEqualTo(125);
  }

  @Test
  void stdinGoesInAndEnds() throws Exception {
    Process process = start(true, "sh", "-c", "wc -c; echo done >&2; exit 3");
    byte[] megabyte = new byte[1 << 20];
    process.getOutputStream().write(megabyte);
    process.getOutputStream().close();
    assertThat(read(process.getInputStream())).isEqualTo("1048576\n");
    assertThat(read(process.getErrorStream())).isEqualTo("done\n");
    assertThat(process.waitFor()).isEqualTo(3);
  }

  @Test
  void withoutStdinNothingIsTakenFromIt() throws Exception {
    Process process = start(false, "wc", "-c");
    assertThat(read(process.getInputStream())).isEqualTo("0\n");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aCommandThatReadsNothingDoesNotHang() throws Exception {
    Process process = start(true, "true");
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void muchOutputComesWhole() throws Exception {
    Process process = start(false, "dd", "if=/dev/zero", "bs=1M", "count=20");
    assertThat(process.getInputStream().readAllBytes()).hasSize(20 << 20);
  }

  @Test
  void aReaderThatLeavesEndsTheCommandAsInAnyPipe() throws Exception {
    Process process = start(false, "yes");
    assertThat(process.getInputStream().readNBytes(4)).isEqualTo("y\ny\n".getBytes(UTF_8));
    process.getInputStream().close();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
  }

  @Test
  void signalsReachTheCommand() throws Exception {
    Process process =
        start(
            false,
            "sh",
            "-c",
            "trap 'echo got; exit 4' TERM; echo up; while :; do sleep 0.1; done");
    assertThat(process.getInputStream().readNBytes(3)).isEqualTo("up\n".getBytes(UTF_8));
    // Process.destroy() would close its output too.
    process.toHandle().destroy();
    assertThat(read(process.getInputStream())).isEqualTo("got\n");
    assertThat(process.waitFor()).isEqualTo(4);
  }

  @Test
  void aSignalThatEndsTheCommandIsInTheCode() throws Exception {
    Process process =
        new ProcessBuilder(
                shim(
                    false,
                    false,
                    Isolation.docker().withInit(true),
                    "sh",
                    "-c",
                    "echo up; exec sleep 100"))
            .start();
    assertThat(process.getInputStream().readNBytes(3)).isEqualTo("up\n".getBytes(UTF_8));
    process.destroy();
    assertThat(process.waitFor()).isEqualTo(143);
  }

  /**
   * Runs under script(1), which gives the shim a terminal; types each text when its cue has come.
   */
  private static String onATerminal(List<String> cuesAndTexts, List<String> command)
      throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1)");
    List<String> words = new ArrayList<>(List.of("script", "-qec"));
    words.add("stty rows 33 cols 101; " + String.join(" ", command) + "; echo code $?; stty -a");
    words.add("/dev/null");
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    StringBuilder out = new StringBuilder();
    for (int next = process.getInputStream().read(); next >= 0; ) {
      out.append((char) next);
      for (int i = 0; i < cuesAndTexts.size(); i += 2) {
        if (out.toString().endsWith(cuesAndTexts.get(i))) {
          process.getOutputStream().write(cuesAndTexts.get(i + 1).getBytes(UTF_8));
          process.getOutputStream().flush();
        }
      }
      next = process.getInputStream().read();
    }
    process.waitFor();
    return out.toString().replace("\r", "");
  }

  @Test
  void aTerminalOfItsOwn() throws Exception {
    List<String> command =
        shim(
            true,
            true,
            Isolation.docker(),
            "sh",
            "-c",
            "stty size; tty; readlink /proc/self/fd/2; test -c /dev/console && echo console; exit 5");
    String out = onATerminal(List.of(), command);
    assertThat(out)
        .contains("33 101\n/dev/pts/0\n/dev/pts/0\nconsole\n")
        .contains("code 5\n")
        .contains(" icanon ");
  }

  @Test
  void whatIsTypedArrivesAndControlCInterrupts() throws Exception {
    List<String> command =
        shim(
            true,
            true,
            Isolation.docker(),
            "sh",
            "-c",
            "trap 'echo interrupted; exit 6' INT; echo ready; read x; echo \"[$x]\"; while :; do sleep 0.1;"
                + " done");
    String out = onATerminal(List.of("ready", "hello\r", "[hello]", "\u0003"), command);
    assertThat(out).contains("[hello]\n").contains("interrupted\n").contains("code 6\n");
  }

  @Test
  void theTerminalIsRestoredAfterAFailure() throws Exception {
    String out = onATerminal(List.of(), shim(true, true, Isolation.docker(), "nope"));
    assertThat(out)
        .contains("jbuild-shim: exec: \"nope\": executable file not found in $PATH\n")
        .contains("code 127\n")
        .contains(" icanon ");
  }
}
