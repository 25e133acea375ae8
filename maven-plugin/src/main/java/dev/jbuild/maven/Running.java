package dev.jbuild.maven;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.maven.plugin.MojoExecutionException;

/**
 * A container that runs while Maven does: a {@code jbuild run} whose process is written down for
 * goal stop. Should Maven end without that goal, since a test before it has failed, the container
 * ends with Maven.
 */
final class Running {
  private final Path note;
  private final Path log;

  Running(Path folder, String name) {
    this.note = folder.resolve(name + ".process");
    this.log = folder.resolve(name + ".log");
  }

  /** Starts it; gives the file that its output goes to. */
  Path start(ProcessBuilder builder)
      throws MojoExecutionException, IOException, InterruptedException {
    if (stop(10)) {
      throw new MojoExecutionException(
          "it was still running, from a build that did not come to goal stop; it is stopped now: build again");
    }
    Process process =
        builder
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Files.writeString(note, identity(process.toHandle()));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              process.destroy();
              try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                process.destroyForcibly();
              }
            }));
    return log;
  }

  /** Its number alone could be another process's by now. */
  private static String identity(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }

  /** The process, if it still runs. */
  Optional<ProcessHandle> process() throws IOException {
    if (!Files.exists(note)) {
      return Optional.empty();
    }
    String written = Files.readString(note);
    long pid = Long.parseLong(written.substring(0, written.indexOf(' ')));
    return ProcessHandle.of(pid)
        .filter(process -> process.isAlive() && identity(process).equals(written));
  }

  /** All that it has printed. */
  String output() throws IOException {
    return Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
  }

  /**
   * Ends it.
   *
   * @return whether there was something to end
   */
  boolean stop(int seconds) throws IOException, InterruptedException {
    Optional<ProcessHandle> process = process();
    if (process.isPresent()) {
      process.get().destroy();
      try {
        process.get().onExit().get(seconds, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        process.get().descendants().forEach(ProcessHandle::destroyForcibly);
        process.get().destroyForcibly();
      } catch (ExecutionException e) {
        throw new IOException("cannot wait for " + process.get().pid(), e);
      }
    }
    Files.deleteIfExists(note);
    return process.isPresent();
  }
}
