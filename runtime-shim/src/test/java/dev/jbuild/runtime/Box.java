package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A root file system of busybox, a shim, and what one run of it gave. */
final class Box implements AutoCloseable {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final List<String> ENV =
      List.of("PATH=/usr/bin:/bin", "HOME=/root", "COLOUR=green");

  final Path folder;
  final Path base;
  final Shim shim;
  private int runs;

  /** What a sandbox printed, how it ended, and what it left in its upper folder. */
  record Result(ExitStatus status, String out, String err, Path upper) {
    int code() {
      return status.code();
    }

    /** Paths in the upper folder, sorted. */
    List<String> changes() throws IOException {
      try (Stream<Path> paths = Files.walk(upper)) {
        return paths
            .filter(path -> !path.equals(upper))
            .map(path -> upper.relativize(path).toString())
            .sorted()
            .toList();
      }
    }
  }

  private Box(Path folder) throws IOException {
    this.folder = folder;
    this.base = folder.resolve("base");
    Files.createDirectories(base.resolve("bin"));
    Files.copy(BUSYBOX, base.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String name :
        ("sh true false ls cat id env pwd mount umount rm mkdir touch sleep head yes echo dd chmod"
                + " mknod ln readlink stat hostname grep test wc tty stty")
            .split(" ", -1)) {
      Files.createSymbolicLink(base.resolve("bin/" + name), Path.of("busybox"));
    }
    this.shim = Shim.start(ShimBinary.locate(), Starter.JVM);
  }

  static Box open(Path folder) throws IOException {
    assumeRoot();
    return new Box(folder);
  }

  static void assumeRoot() {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "sandboxes need root on this machine");
    Assumptions.assumeTrue(Files.isExecutable(BUSYBOX), "no static busybox at " + BUSYBOX);
  }

  @Override
  public void close() {
    shim.close();
  }

  /** A new layer folder. */
  Path layer(String name) throws IOException {
    return Files.createDirectories(folder.resolve("layers").resolve(name));
  }

  RootFs.Overlay overlay(List<Path> lowers) throws IOException {
    Path run = folder.resolve("run" + runs++);
    return new RootFs.Overlay(
        lowers,
        Files.createDirectories(run.resolve("upper")),
        Files.createDirectories(run.resolve("work")),
        true);
  }

  static Command command(String... argv) {
    return Command.root(List.of(argv), ENV);
  }

  Result run(String... argv) throws IOException, InterruptedException {
    return run(Isolation.docker(), List.of(), argv);
  }

  Result sh(String script) throws IOException, InterruptedException {
    return run("sh", "-c", script);
  }

  Result run(Isolation isolation, List<SandboxMount> mounts, String... argv)
      throws IOException, InterruptedException {
    return run(new Sandbox(overlay(List.of(base)), mounts, command(argv), isolation));
  }

  /** With more layers on top of busybox. */
  Result run(List<Path> layers, List<SandboxMount> mounts, String... argv)
      throws IOException, InterruptedException {
    List<Path> lowers = new ArrayList<>(List.of(base));
    lowers.addAll(layers);
    return run(new Sandbox(overlay(lowers), mounts, command(argv), Isolation.docker()));
  }

  Result run(Sandbox sandbox) throws InterruptedException {
    return run(sandbox, Plan.of(sandbox));
  }

  Result run(Sandbox sandbox, byte[] plan) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitStatus status =
        shim.run(
                plan,
                (stderr, bytes, offset, length) ->
                    (stderr ? err : out).write(bytes, offset, length))
            .await();
    Path upper =
        sandbox.root() instanceof RootFs.Overlay overlay ? overlay.upper() : Path.of("/none");
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8), upper);
  }

  /** Where {@link #addProbe} puts the program, for who calls it outside. */
  Path probe() {
    return base.resolve("bin/probe");
  }

  /** Puts a program of ours, compiled here, into the root file system. */
  void addProbe() throws IOException, InterruptedException {
    Path out = probe();
    for (String compiler : List.of("musl-gcc", "gcc")) {
      try {
        Process process =
            new ProcessBuilder(
                    compiler,
                    "-static",
                    "-D_GNU_SOURCE",
                    "-o",
                    out.toString(),
                    "src/test/c/probe.c")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() == 0) {
          return;
        }
      } catch (IOException _) {
        // The next one, then.
      }
    }
    Assumptions.abort("no C compiler that links statically");
  }
}
