package dev.jbuild.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A sandbox in which nothing runs: its files are at {@code /proc/PID/root} until it is closed. */
public final class Held implements AutoCloseable {
  private final Process process;
  private final long pid;

  private Held(Process process, long pid) {
    this.process = process;
    this.pid = pid;
  }

  /**
   * Mounts all of a sandbox.
   *
   * @param folder where the plan may be written for a moment; only its owner may look into it
   */
  public static Held hold(Path binary, Path folder, Sandbox sandbox) throws IOException {
    Path plan =
        Files.createTempFile(
            folder,
            "plan-",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(plan, Plan.of(sandbox, 0));
      Process process =
          new ProcessBuilder(List.of(binary.toString(), "hold", plan.toString()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
      String line = out.readLine();
      if (line == null) {
        throw new ShimException("the container's files can't be mounted");
      }
      return new Held(process, Long.parseLong(line));
    } finally {
      Files.deleteIfExists(plan);
    }
  }

  /** Of the process that keeps it, as the host sees it. */
  public long pid() {
    return pid;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    boolean interrupted = false;
    while (true) {
      try {
        process.waitFor();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
