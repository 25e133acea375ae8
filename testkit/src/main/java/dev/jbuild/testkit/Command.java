package dev.jbuild.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One program call of a test: what to run, where, with what. Immutable; {@code with…} gives a
 * changed copy.
 */
public record Command(
    List<String> words,
    Map<String, Optional<String>> environment,
    Optional<Path> directory,
    byte[] input,
    Duration limit) {

  public Command {
    words = List.copyOf(words);
    environment = new LinkedHashMap<>(environment);
  }

  public static Command of(Object... words) {
    List<String> texts = Arrays.stream(words).map(Object::toString).toList();
    return new Command(texts, Map.of(), Optional.empty(), new byte[0], Duration.ofMinutes(10));
  }

  public Command and(Object... more) {
    List<String> all = new ArrayList<>(words);
    Arrays.stream(more).map(Object::toString).forEach(all::add);
    return new Command(all, environment, directory, input, limit);
  }

  public Command with(String name, Object value) {
    return withVariable(name, Optional.of(value.toString()));
  }

  /** A copy whose process does not see the variable of that name. */
  public Command without(String name) {
    return withVariable(name, Optional.empty());
  }

  private Command withVariable(String name, Optional<String> value) {
    Map<String, Optional<String>> changed = new LinkedHashMap<>(environment);
    changed.put(name, value);
    return new Command(words, changed, directory, input, limit);
  }

  public Command in(Path folder) {
    return new Command(words, environment, Optional.of(folder), input, limit);
  }

  public Command input(byte[] bytes) {
    return new Command(words, environment, directory, bytes, limit);
  }

  public Command within(Duration duration) {
    return new Command(words, environment, directory, input, duration);
  }

  /** Starts the program and returns while it runs; whoever starts it closes it. */
  public Running start() {
    ProcessBuilder builder = new ProcessBuilder(words);
    directory.ifPresent(folder -> builder.directory(folder.toFile()));
    environment.forEach((name, value) ->
        value.ifPresentOrElse(
            text -> builder.environment().put(name, text),
            () -> builder.environment().remove(name)));
    try {
      Process process = builder.start();
      Running running = new Running(this, process);
      feed(process);
      return running;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + words, e);
    }
  }

  private void feed(Process process) {
    Thread.ofVirtual()
        .start(() -> {
          try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
          } catch (IOException expected) {
            // The program may end, or close its stdin, before it has read everything.
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Runs the program to its end, whatever its exit code. */
  public Outcome run() {
    try (Running running = start()) {
      return running.await();
    }
  }

  /** Runs the program, which has to succeed. */
  public Outcome check() {
    Outcome outcome = run();
    if (outcome.code() != 0) {
      throw new AssertionError(outcome.toString());
    }
    return outcome;
  }

  /** What a program left: its exit code and what it printed. */
  public record Outcome(List<String> words, int code, byte[] bytes, String err) {
    public String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return String.join(" ", words)
          + "\nexit code "
          + code
          + "\n--- stdout\n"
          + clipped(out())
          + "\n--- stderr\n"
          + clipped(err);
    }

    private static String clipped(String text) {
      int most = 6_000;
      return text.length() <= most ? text : "…" + text.substring(text.length() - most);
    }
  }

  /** A program that runs. Closing it kills it with its descendants, if it still does. */
  public static final class Running implements AutoCloseable {
    private final Command command;
    private final Process process;
    private final Collected out;
    private final Collected err;

    private Running(Command command, Process process) {
      this.command = command;
      this.process = process;
      this.out = new Collected(process.getInputStream());
      this.err = new Collected(process.getErrorStream());
    }

    public Process process() {
      return process;
    }

    /** What it printed on stdout so far. */
    public String out() {
      return out.text();
    }

    /** What it printed on stderr so far. */
    public String err() {
      return err.text();
    }

    public Outcome await() {
      try {
        if (!process.waitFor(command.limit.toMillis(), TimeUnit.MILLISECONDS)) {
          close();
          throw new AssertionError("not done after " + command.limit + ": " + outcome(-1));
        }
        out.join();
        err.join();
        return outcome(process.exitValue());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + command.words, e);
      }
    }

    private Outcome outcome(int code) {
      return new Outcome(command.words, code, out.bytes(), err.text());
    }

    /** Sends a signal by name, as kill(1) does: INT, TERM, KILL. */
    public void signal(String name) {
      Command.of("kill", "-" + name, process.pid()).check();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /**
   * A stream's bytes, gathered by a thread of its own so that the program never waits for a reader.
   */
  private static final class Collected {
    private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    private final Thread reader;

    Collected(InputStream stream) {
      reader = Thread.ofVirtual().start(() -> gather(stream));
    }

    private void gather(InputStream stream) {
      try (stream) {
        stream.transferTo(bytes);
      } catch (IOException closed) {
        // Killed: what came until then is all there is.
        Thread.currentThread().interrupt();
      }
    }

    /** Waits for the end, though not for what a left-over background process may still print. */
    void join() throws InterruptedException {
      reader.join(Duration.ofSeconds(5));
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
