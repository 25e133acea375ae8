package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SandboxTest {
  private Box box;

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

  @ParameterizedTest
  @CsvSource({"0", "1", "42", "255"})
  void theCommandsOwnCodeIsTheResult(int code) throws Exception {
    assertThat(box.sh("exit " + code).status()).isEqualTo(new ExitStatus.Exited(code));
  }

  @Test
  void aSignalIsTold() throws Exception {
    Shim.Running running =
        box.shim.run(
            new Sandbox(
                box.overlay(List.of(box.base)),
                List.of(),
                Box.command("sleep", "100"),
                Isolation.docker()),
            (_, _, _, _) -> {});
    running.kill();
    ExitStatus status = running.await();
    assertThat(status).isEqualTo(new ExitStatus.Killed(9));
    assertThat(status.code()).isEqualTo(137);
    running.kill();
  }

  @Test
  void stdoutAndStderrStayApart() throws Exception {
    Box.Result result = box.sh("echo one; echo two >&2; echo three");
    assertThat(result.out()).isEqualTo("one\nthree\n");
    assertThat(result.err()).isEqualTo("two\n");
  }

  @Test
  void tenMegabytesComeThroughWhole() throws Exception {
    AtomicLong size = new AtomicLong();
    Sandbox sandbox =
        new Sandbox(
            box.overlay(List.of(box.base)),
            List.of(),
            Box.command("dd", "if=/dev/zero", "bs=64k", "count=160"),
            Isolation.docker());
    ExitStatus status =
        box.shim
            .run(
                sandbox,
                (stderr, _, _, length) -> {
                  if (!stderr) {
                    size.addAndGet(length);
                  }
                })
            .await();
    assertThat(status).isEqualTo(new ExitStatus.Exited(0));
    assertThat(size).hasValue(10L << 20);
  }

  @Test
  void whatAnOrphanPrintsBeforeTheEndIsNotLost() throws Exception {
    assertThat(box.sh("(yes | head -c 300000) & wait; exit 0").out()).hasSize(300_000);
  }

  @Test
  void environmentFolderAndStdin() throws Exception {
    Box.Result result = box.sh("echo $COLOUR; pwd; wc -c; readlink /proc/self/fd/0");
    assertThat(result.out()).isEqualTo("green\n/\n0\n/dev/null\n");
    assertThat(box.run("env").out()).isEqualTo("PATH=/usr/bin:/bin\nHOME=/root\nCOLOUR=green\n");
  }

  @Test
  void aUserHasItsIdsItsGroupsAndNoCapabilities() throws Exception {
    Command command =
        new Command(
            List.of(
                "sh",
                "-c",
                "busybox id; busybox grep Cap /proc/self/status; echo x >/dev/stdout; umask"),
            List.of(),
            "/",
            1000,
            1001,
            List.of(5, 27));
    Box.Result result =
        box.run(
            new Sandbox(box.overlay(List.of(box.base)), List.of(), command, Isolation.docker()));
    assertThat(result.out())
        .isEqualTo(
            """
            uid=1000 gid=1001 groups=5,27
            CapInh:\t0000000000000000
            CapPrm:\t0000000000000000
            CapEff:\t0000000000000000
            CapBnd:\t%s
            CapAmb:\t0000000000000000
            x
            0022
            """
                .formatted(bounding()));
  }

  @Test
  void aFolderOfRootsAloneCanBeAUsersFirstOne() throws Exception {
    Path layer = box.layer("private");
    Files.createDirectories(
        layer.resolve("private"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Command command =
        new Command(List.of("/bin/true"), List.of(), "/private", 1000, 1000, List.of());
    Sandbox sandbox =
        new Sandbox(box.overlay(List.of(box.base, layer)), List.of(), command, Isolation.docker());
    assertThat(box.run(sandbox).status()).isEqualTo(new ExitStatus.Exited(0));
  }

  /** The messages are a contract: users of Docker search for them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nope           | 127 | exec: \"nope\": executable file not found in $PATH",
        "/nope          | 127 | exec: \"/nope\": stat /nope: no such file or directory",
        "/bin/true/x    | 127 | exec: \"/bin/true/x\": stat /bin/true/x: not a directory",
        "/bin           | 126 | exec: \"/bin\": is a directory: permission denied",
        "/plain         | 126 | exec: \"/plain\": permission denied",
        "/garbage       | 126 | exec: /garbage: exec format error",
        "/script        | 127 | exec: /script: no such file or directory: its interpreter /no/sh",
        "/windows       | 127 | exec: /windows: no such file or directory: its first line ends in"
            + " CR LF",
      })
  void aCommandThatCannotRun(String program, int code, String message) throws Exception {
    Path layer = box.layer("programs");
    Files.writeString(layer.resolve("plain"), "text");
    executable(layer.resolve("garbage"), "\0\1\2 garbage");
    executable(layer.resolve("script"), "#!/no/sh\n");
    executable(layer.resolve("windows"), "#!/bin/sh\r\n");
    ExitStatus status = box.run(List.of(layer), List.of(), program).status();
    assertThat(status).isInstanceOf(ExitStatus.Failed.class);
    assertThat(((ExitStatus.Failed) status).text()).isEqualTo(message);
    assertThat(status.code()).isEqualTo(code);
  }

  @Test
  void anEmptyWordIsNoCommand() throws Exception {
    assertThat(box.run("").status())
        .isEqualTo(new ExitStatus.Failed("exec", "\"\": executable file not found in $PATH", 127));
  }

  @Test
  void aMissingFolderIsNamed() throws Exception {
    Command command = new Command(List.of("true"), List.of(), "/not/there", 0, 0, List.of());
    Sandbox sandbox =
        new Sandbox(box.overlay(List.of(box.base)), List.of(), command, Isolation.docker());
    assertThat(box.run(sandbox).status())
        .isEqualTo(
            new ExitStatus.Failed(
                "cwd", "chdir to \"/not/there\": no such file or directory", 127));
  }

  @Test
  void aMissingSourceOfAMountIsNamed() throws Exception {
    SandboxMount mount = new SandboxMount.Bind(Path.of("/not/there"), "/mnt", false);
    assertThat(box.run(Isolation.docker(), List.of(mount), "true").status())
        .isEqualTo(new ExitStatus.Failed("mount", "/not/there: No such file or directory", 125));
  }

  @Test
  void aMissingLayerIsNamed() throws Exception {
    Path missing = box.folder.resolve("gone");
    assertThat(box.run(List.of(missing), List.of(), "true").status())
        .isEqualTo(
            new ExitStatus.Failed(
                "rootfs", "layer " + missing + ": No such file or directory", 125));
  }

  @Test
  void anInitProcessPassesOnCodesAndBuriesOrphans() throws Exception {
    Isolation isolation = Isolation.docker().withInit(true);
    Box.Result result = box.run(isolation, List.of(), "sh", "-c", "echo $$; kill -9 $$");
    assertThat(result.out()).isEqualTo("2\n");
    assertThat(result.code()).isEqualTo(137);
    assertThat(box.run(isolation, List.of(), "nope").code()).isEqualTo(127);
  }

  @Test
  void fiftyAtOnce() throws Exception {
    List<Shim.Running> running = new ArrayList<>();
    List<StringBuilder> outputs = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      StringBuilder output = new StringBuilder();
      outputs.add(output);
      Sandbox sandbox =
          new Sandbox(
              box.overlay(List.of(box.base)),
              List.of(),
              Box.command("sh", "-c", "echo " + i + "; exit " + i),
              Isolation.docker());
      running.add(
          box.shim.run(
              sandbox, (_, bytes, at, size) -> output.append(new String(bytes, at, size, UTF_8))));
    }
    for (int i = 0; i < 50; i++) {
      assertThat(running.get(i).await()).isEqualTo(new ExitStatus.Exited(i));
      assertThat(outputs.get(i).toString()).isEqualTo(i + "\n");
    }
  }

  @Test
  void aSinkThatFailsEndsItsOwnSandboxOnly() throws Exception {
    Sandbox sandbox =
        new Sandbox(
            box.overlay(List.of(box.base)), List.of(), Box.command("yes"), Isolation.docker());
    Shim.Running running =
        box.shim.run(
            sandbox,
            (_, _, _, _) -> {
              throw new IllegalStateException("full");
            });
    org.assertj.core.api.Assertions.assertThatThrownBy(running::await).hasMessage("full");
    assertThat(box.run("true").code()).isZero();
  }

  private static String bounding() {
    return "%016x"
        .formatted(Capabilities.mask(Capabilities.held(Isolation.docker().capabilities())));
  }

  private static void executable(Path file, String content) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
