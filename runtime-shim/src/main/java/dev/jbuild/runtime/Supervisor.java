package dev.jbuild.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The supervisors of containers, one process each, by the shim's roles {@code start}, {@code
 * attach}, {@code control} and {@code exec}. A container is named by its folder.
 */
public final class Supervisor {
  private final Path binary;

  public Supervisor(Path binary) {
    this.binary = binary;
  }

  /**
   * How somebody sits in front of a container.
   *
   * @param output what it prints is passed on
   * @param stdin ours is passed on
   * @param tty the container has a terminal
   * @param owner when we are killed, the container is too
   * @param proxy signals are passed on
   * @param detachKeys e.g. {@code ctrl-p,ctrl-q}; empty for these
   */
  public record Seat(
      boolean output, boolean stdin, boolean tty, boolean owner, boolean proxy, String detachKeys) {
    /** Nobody sits there. */
    public static final Seat NONE = new Seat(false, false, false, false, true, "");

    private List<String> flags() {
      List<String> flags = new ArrayList<>();
      if (output) {
        flags.add("--attach");
      }
      if (stdin) {
        flags.add("--stdin");
      }
      if (tty) {
        flags.add("--tty");
      }
      if (owner) {
        flags.add("--owner");
      }
      if (!proxy) {
        flags.add("--no-proxy");
      }
      if (!detachKeys.isEmpty()) {
        flags.add("--keys=" + detachKeys);
      }
      if (output) {
        flags.add("--parent=" + ProcessHandle.current().pid());
      }
      return flags;
    }
  }

  /**
   * What a supervisor answered.
   *
   * @param out e.g. an exit code
   * @param err why not
   */
  public record Answer(int code, String out, String err) {}

  /**
   * Starts a container under a supervisor that outlives us.
   *
   * @return with a seat that wants output, the container's exit code; else 0 when it runs. 125 to
   *     127 after a line on stderr when it could not be started
   */
  public int start(Path folder, Sandbox sandbox, Supervision supervision, Seat seat, boolean stdin)
      throws InterruptedException {
    int flags = stdin ? Plan.FLAG_STDIN : 0;
    flags |= Boolean.parseBoolean(supervision.options().get("tty")) ? Plan.FLAG_TTY : 0;
    Path plan = write(folder, Plan.of(sandbox, supervision, flags));
    List<String> words = new ArrayList<>(List.of(binary.toString(), "start"));
    words.addAll(seat.flags());
    words.add(folder.toString());
    words.add(plan.toString());
    return inherit(words, plan);
  }

  /** Sits down in front of a container that runs; its exit code, or 0 after detaching. */
  public int attach(Path folder, Seat seat) throws InterruptedException {
    List<String> words = new ArrayList<>(List.of(binary.toString(), "attach"));
    words.addAll(seat.flags());
    words.add(folder.toString());
    return inherit(words, folder.resolve("no-plan"));
  }

  /** Runs one more command in a container that runs; its exit code. */
  public int exec(
      Path folder, Command command, Isolation isolation, List<Path> cgroups, ExecMode mode)
      throws InterruptedException {
    int flags = (mode.tty() ? Plan.FLAG_TTY : 0) | (mode.stdin() ? Plan.FLAG_STDIN : 0);
    Path plan = write(folder, Plan.ofExec(command, isolation, cgroups, flags));
    List<String> words = new ArrayList<>(List.of(binary.toString(), "exec"));
    if (mode.detach()) {
      words.add("--detach");
    } else {
      words.add("--parent");
      words.add(Long.toString(ProcessHandle.current().pid()));
    }
    words.add(folder.toString());
    words.add(plan.toString());
    return inherit(words, plan);
  }

  /** How a command runs beside others. */
  public record ExecMode(boolean detach, boolean tty, boolean stdin) {}

  /** Asks a supervisor for something, e.g. {@code stop 15 10000}. */
  public Answer control(Path folder, String... request) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(binary.toString(), "control", folder.toString()));
    words.addAll(List.of(request));
    Process process = new ProcessBuilder(words).start();
    process.getOutputStream().close();
    try (InputStream out = process.getInputStream();
        InputStream err = process.getErrorStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      String complaint = new String(err.readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Answer(process.waitFor(), said, complaint);
    }
  }

  private static int inherit(List<String> words, Path plan) throws InterruptedException {
    try (SignalRelay relay = SignalRelay.install()) {
      Process process = new ProcessBuilder(words).inheritIO().start();
      relay.to(process);
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
        throw e;
      }
    } catch (IOException e) {
      throw new ShimException("cannot start the shim " + words.getFirst(), e);
    } finally {
      delete(plan);
    }
  }

  private static Path write(Path folder, byte[] plan) {
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Path file = Files.createTempFile(folder, "plan-", "", ownerOnly);
      Files.write(file, plan);
      return file;
    } catch (IOException e) {
      throw new ShimException("cannot write the plan of a container to " + folder, e);
    }
  }

  private static void delete(Path plan) {
    try {
      Files.deleteIfExists(plan);
    } catch (IOException _) {
      // The folder has gone with the container.
    }
  }
}
