package dev.jbuild.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** One sandbox for a user who sits in front of it. */
public final class Foreground {
  private Foreground() {}

  /**
   * Runs a sandbox on this process's own stdin, stdout and stderr until it ends. Signals that this
   * process gets are passed on; the sandbox ends when this process does.
   *
   * @param tty give it a terminal of its own, resized with ours
   * @param stdin pass our stdin on; else it reads nothing
   * @return what {@code docker run} would: its own code, 128 and the signal, or 125 to 127 after a
   *     line on stderr when it could not be started
   */
  public static int run(Path binary, Sandbox sandbox, boolean tty, boolean stdin)
      throws InterruptedException {
    Path plan = write(Plan.of(sandbox, tty, stdin));
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                binary.toString(),
                "run",
                "--parent",
                Long.toString(ProcessHandle.current().pid()),
                plan.toString()));
    builder.inheritIO();
    try (SignalRelay relay = SignalRelay.install()) {
      Process process = builder.start();
      relay.to(process);
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
        throw e;
      }
    } catch (IOException e) {
      throw new ShimException("cannot start the shim " + binary, e);
    } finally {
      // The shim removes it as soon as it has read it: it holds the command's environment.
      delete(plan);
    }
  }

  private static Path write(byte[] plan) {
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Path file = Files.createTempFile("jbuild-plan-", "", ownerOnly);
      Files.write(file, plan);
      return file;
    } catch (IOException e) {
      throw new ShimException("cannot write the plan of a container to a temporary file", e);
    }
  }

  private static void delete(Path plan) {
    try {
      Files.deleteIfExists(plan);
    } catch (IOException _) {
      // A file in the temporary folder that only we can read.
    }
  }
}
