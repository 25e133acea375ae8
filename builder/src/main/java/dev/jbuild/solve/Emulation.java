package dev.jbuild.solve;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Span;
import dev.jbuild.runtime.SandboxMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Programs of another processor, run by an interpreter that the kernel knows (binfmt_misc). */
final class Emulation {
  private static final Path REGISTERED = Path.of("/proc/sys/fs/binfmt_misc");

  /** What a kernel runs beside programs of its own machine. */
  private static final Map<String, Set<String>> ALSO =
      Map.of("amd64", Set.of("386"), "arm64", Set.of("arm"));

  /** As qemu-user names processors. */
  private static final Map<String, String> QEMU =
      Map.of("arm64", "aarch64", "amd64", "x86_64", "386", "i386", "loong64", "loongarch64");

  private Emulation() {}

  /**
   * What a sandbox of a platform needs: the interpreter, where the kernel looks it up anew for
   * every program.
   *
   * @throws BuildException when this machine runs no programs of that platform
   */
  static List<SandboxMount> mounts(Span span, Platform platform) throws IOException {
    String here = Platform.host().architecture();
    String wanted = platform.architecture();
    if (platform.os().equals("linux")
        && (wanted.equals(here) || ALSO.getOrDefault(here, Set.of()).contains(wanted))) {
      return List.of();
    }
    Optional<Entry> entry = entry(wanted);
    if (!platform.os().equals("linux") || entry.isEmpty()) {
      throw new BuildException(
          span,
          "this machine (linux/"
              + here
              + ") cannot run programs of "
              + platform
              + "; install Debian's qemu-user-static and binfmt-support, or another package that"
              + " registers an interpreter in "
              + REGISTERED);
    }
    // flag F: the kernel has opened it once and for all
    return entry.get().flags.indexOf('F') >= 0
        ? List.of()
        : List.of(
            new SandboxMount.Bind(Path.of(entry.get().interpreter), entry.get().interpreter, true));
  }

  private record Entry(String interpreter, String flags) {}

  private static Optional<Entry> entry(String architecture) throws IOException {
    Path file = REGISTERED.resolve("qemu-" + QEMU.getOrDefault(architecture, architecture));
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    String interpreter = "";
    String flags = "";
    for (String line : lines) {
      if (line.startsWith("interpreter ")) {
        interpreter = line.substring("interpreter ".length()).strip();
      } else if (line.startsWith("flags: ")) {
        flags = line.substring("flags: ".length()).strip();
      }
    }
    return !lines.isEmpty() && lines.getFirst().equals("enabled") && !interpreter.isEmpty()
        ? Optional.of(new Entry(interpreter, flags))
        : Optional.empty();
  }
}
