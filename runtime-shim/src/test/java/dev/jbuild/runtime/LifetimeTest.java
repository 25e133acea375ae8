package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Nothing outlives the shim, and the shim not its client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LifetimeTest {
  private Box box;
  private Path program;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException, InterruptedException {
    box = Box.open(folder);
    box.addProbe();
    // A setuid program clears PDEATHSIG: the kernel's own mechanism is not enough.
    program = box.layer("setuid").resolve("probe-" + ProcessHandle.current().pid());
    Files.copy(box.base.resolve("bin/probe"), program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    run("chmod", "4755", program.toString());
  }

  @AfterAll
  void close() {
    if (box != null) {
      box.close();
    }
  }

  private byte[] plan() throws IOException {
    Command command =
        new Command(
            List.of("/" + program.getFileName(), "sleep"), List.of(), "/", 1000, 1000, List.of());
    return Plan.of(
        new Sandbox(
            box.overlay(List.of(box.base, program.getParent())),
            List.of(),
            command,
            Isolation.docker()));
  }

  private Process serve() throws IOException {
    Process process = new ProcessBuilder(ShimBinary.locate().toString(), "serve").start();
    byte[] plan = plan();
    OutputStream requests = process.getOutputStream();
    requests.write(
        ByteBuffer.allocate(9)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(plan.length + 5)
            .put((byte) 'R')
            .putInt(1)
            .array());
    requests.write(plan);
    requests.flush();
    InputStream answers = process.getInputStream();
    assertThat(answers.readNBytes(9 + "sleeping\n".length()))
        .endsWith("sleeping\n".getBytes(UTF_8));
    return process;
  }

  @Test
  void killedWithSignalNine() throws Exception {
    Process shim = serve();
    assertThat(sleepers()).isEqualTo(2);
    shim.destroyForcibly().waitFor();
    assertGone();
  }

  @Test
  void killedItsWorkingHalf() throws Exception {
    Process shim = serve();
    shim.children().forEach(ProcessHandle::destroyForcibly);
    assertThat(shim.waitFor()).isEqualTo(137);
    assertGone();
  }

  @Test
  void theEndOfStdin() throws Exception {
    Process shim = serve();
    shim.getOutputStream().close();
    assertThat(shim.waitFor()).isZero();
    assertGone();
  }

  @Test
  void terminated() throws Exception {
    Process shim = serve();
    // Process.destroy() would also close its stdin, which ends it too.
    shim.toHandle().destroy();
    assertThat(shim.waitFor()).isEqualTo(143);
    assertGone();
  }

  @Test
  void closedWhileSandboxesRun() throws Exception {
    Shim shim = Shim.start(ShimBinary.locate(), Starter.JVM);
    Shim.Running running = shim.run(plan(), (_, _, _, _) -> {});
    shim.close();
    assertThat(running.await()).isInstanceOf(ExitStatus.Failed.class);
    assertThat(shim.run(plan(), (_, _, _, _) -> {}).await().code()).isEqualTo(125);
    shim.close();
    assertGone();
  }

  @Test
  void aForegroundThatIsKilled() throws Exception {
    Path plan = Files.write(box.folder.resolve("plan"), plan());
    Process shim =
        new ProcessBuilder(ShimBinary.locate().toString(), "run", plan.toString()).start();
    assertThat(shim.getInputStream().readNBytes(9)).isEqualTo("sleeping\n".getBytes(UTF_8));
    assertThat(Files.exists(plan)).isFalse();
    shim.destroyForcibly().waitFor();
    assertGone();
  }

  @Test
  void garbageOnStdinEndsTheShimAndNothingElse() throws Exception {
    Process shim = serve();
    shim.getOutputStream().write(new byte[64]);
    shim.getOutputStream().flush();
    assertThat(shim.waitFor()).isEqualTo(125);
    assertThat(new String(shim.getErrorStream().readAllBytes(), UTF_8))
        .isEqualTo("jbuild-shim: request: a frame of 0 bytes\n");
    assertGone();
  }

  @Test
  void aPlanThatIsGarbageIsRefused() throws Exception {
    for (byte[] plan :
        List.of(new byte[0], new byte[7], new byte[100], "garbage".getBytes(UTF_8))) {
      ExitStatus status = box.shim.run(plan, (_, _, _, _) -> {}).await();
      assertThat(status.code()).isEqualTo(125);
      assertThat(((ExitStatus.Failed) status).step()).isEqualTo("plan");
    }
  }

  /** The kernel ends them at once, but a busy machine may take its time. */
  private void assertGone() throws IOException, InterruptedException {
    for (int i = 0; i < 200 && sleepers() > 0; i++) {
      Thread.sleep(25);
    }
    assertThat(sleepers()).isZero();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(box.folder.toString());
  }

  private int sleepers() throws IOException {
    int found = 0;
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        try {
          // A zombie has no command line any more.
          String line = Files.readString(process.resolve("cmdline"));
          found += line.startsWith("/" + program.getFileName()) ? 1 : 0;
        } catch (IOException _) {
          // No process, or one that just ended.
        }
      }
    }
    return found;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
