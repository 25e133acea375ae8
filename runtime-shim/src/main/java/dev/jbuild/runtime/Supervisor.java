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
  private final Front front;

  public Supervisor(Path binary, Front front) {
    this.binary = binary;
    this.front = front;
  }

  /**
   * Whoever sits in front of a container sits there in the shim alone: it passes on streams,
   * signals and the terminal's size, and exits with the program's code.
   */
  @FunctionalInterface
  public interface Front {
    /**
     * Runs a command on our own stdin, stdout and stderr, best by becoming it.
     *
     * @return its exit code
     */
    int run(List<String> command) throws IOException, InterruptedException;
  }

  /**
   * How somebody sits in front of a container, whose output is passed on.
   *
   * @param stdin ours is passed on
   * @param tty the container has a terminal
   * @param owner when we are killed, the container is too
   * @param proxy signals are passed on
   * @param detachKeys e.g. {@code ctrl-p,ctrl-q}; empty for these
   */
  public record Seat(boolean stdin, boolean tty, boolean owner, boolean proxy, String detachKeys) {
    private List<String> flags() {
      List<String> flags = new ArrayList<>(List.of("--attach"));
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
   * A container that is to be started under a supervisor that outlives us.
   *
   * @param stdin its program reads what somebody types
   */
  public record Start(Path folder, Sandbox sandbox, Supervision supervision, boolean stdin) {}

  /**
   * Starts a container.
   *
   * @return 0 when it runs; 125 to 127 after a line on stderr when it could not be started
   */
  public int start(Start start) throws IOException, InterruptedException {
    return child(starting(start, List.of()));
  }

  /**
   * Starts a container and says a line when it runs.
   *
   * @return 0 when it runs; 125 to 127 after a line on stderr when it could not be started
   */
  public int start(Start start, String line) throws IOException, InterruptedException {
    return front.run(starting(start, List.of("--say=" + line)));
  }

  /**
   * Starts a container and sits down in front of it.
   *
   * @return the container's exit code; 125 to 127 after a line on stderr when it could not be
   *     started
   */
  public int start(Start start, Seat seat) throws IOException, InterruptedException {
    return front.run(starting(start, seat.flags()));
  }

  private List<String> starting(Start start, List<String> flags) {
    boolean tty = Boolean.parseBoolean(start.supervision().options().get("tty"));
    int bits = (start.stdin() ? Plan.FLAG_STDIN : 0) | (tty ? Plan.FLAG_TTY : 0);
    Path plan = write(start.folder(), Plan.of(start.sandbox(), start.supervision(), bits));
    List<String> words = new ArrayList<>(List.of(binary.toString(), "start"));
    words.addAll(flags);
    words.add(start.folder().toString());
    words.add(plan.toString());
    return words;
  }

  /** Sits down in front of a container that runs; its exit code, or 0 after detaching. */
  public int attach(Path folder, Seat seat) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(binary.toString(), "attach"));
    words.addAll(seat.flags());
    words.add(folder.toString());
    return front.run(words);
  }

  /** Runs one more command in a container that runs; its exit code. */
  public int exec(Path folder, Beside beside) throws IOException, InterruptedException {
    Path plan = write(folder, Plan.ofExec(beside));
    List<String> words = new ArrayList<>(List.of(binary.toString(), "exec"));
    if (beside.mode().detach()) {
      words.add("--detach");
    } else if (!beside.mode().detachKeys().isEmpty()) {
      words.add("--keys=" + beside.mode().detachKeys());
    }
    words.add(folder.toString());
    words.add(plan.toString());
    words.addAll(beside.command().argv());
    return front.run(words);
  }

  /** The shim's file. */
  public Path binary() {
    return binary;
  }

  /**
   * How a command runs beside others.
   *
   * @param detachKeys e.g. {@code ctrl-p,ctrl-q}; empty for these
   */
  public record ExecMode(boolean detach, boolean tty, boolean stdin, String detachKeys) {}

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

  /** Runs a command as a child, on our own standard streams; its exit code. */
  public static int child(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      throw e;
    }
  }

  /** The shim removes it as soon as it has read it: it holds the command's environment. */
  private static Path write(Path folder, byte[] plan) {
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      // not createTempFile: its SecureRandom takes a tenth of the time until the program runs
      String unique = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
      Path file = Files.createFile(folder.resolve("plan-" + unique), ownerOnly);
      Files.write(file, plan);
      return file;
    } catch (IOException e) {
      throw new ShimException("cannot write the plan of a container to " + folder, e);
    }
  }
}
