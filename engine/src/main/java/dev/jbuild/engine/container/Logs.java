package dev.jbuild.engine.container;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a container has printed: files {@code log}, {@code log.1} and on, the newest first, of lines
 * {@code TIME STREAM TAG TEXT}; tag P is a part of a line that goes on.
 */
public final class Logs {
  private static final long PAUSE_MILLIS = 50;
  private static final int BUFFER = 1 << 16;

  private final Container container;
  private final Wish wish;
  private final Sink sink;
  private long skip;

  private Logs(Container container, Wish wish, Sink sink) {
    this.container = container;
    this.wish = wish;
    this.sink = sink;
  }

  /**
   * What is wanted of a log.
   *
   * @param tail only the last lines; negative: all
   * @param follow go on until the container ends
   */
  public record Wish(Optional<Instant> since, Optional<Instant> until, long tail, boolean follow) {}

  /** Takes lines. */
  public interface Sink {
    /**
     * A line, or a part of one.
     *
     * @param time as it was written down
     * @param whole whether the line ends here
     */
    void line(boolean stderr, String time, byte[] text, boolean whole) throws IOException;

    /** Nothing more is there now. */
    void pause() throws IOException;
  }

  /** Reads a log. */
  public static void read(Container container, Wish wish, Sink sink)
      throws IOException, InterruptedException {
    Logs logs = new Logs(container, wish, sink);
    if (wish.tail >= 0) {
      logs.skip = Math.max(0, logs.count() - wish.tail);
    }
    logs.run();
  }

  private void run() throws IOException, InterruptedException {
    List<Path> files = files();
    for (Path file : files.subList(0, Math.max(0, files.size() - 1))) {
      try (InputStream in = open(file)) {
        copy(in, new ByteArrayOutputStream());
      } catch (NoSuchFileException _) {
        // Rotated away meanwhile.
      }
    }
    Path newest = files.isEmpty() ? container.folder().resolve("log") : files.getLast();
    follow(newest);
  }

  /** Reads the newest file, and goes on with those that come after it. */
  private void follow(Path newest) throws IOException, InterruptedException {
    Path file = newest;
    while (file != null) {
      boolean lives = wish.follow && container.state().supervised();
      if (!Files.exists(file)) {
        if (!lives) {
          return;
        }
        Thread.sleep(PAUSE_MILLIS);
        continue;
      }
      try (InputStream in = open(file)) {
        Object key = key(file);
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        copy(in, rest);
        sink.pause();
        @Nullable Path next = next(key);
        while (next == null && lives) {
          Thread.sleep(PAUSE_MILLIS);
          lives = container.state().supervised();
          copy(in, rest);
          sink.pause();
          next = next(key);
        }
        // What came between the last look and the rotation.
        copy(in, rest);
        file = next;
      }
    }
    sink.pause();
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file), BUFFER);
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** The file that came after the one with this key; null as long as that is the newest. */
  private @Nullable Path next(@Nullable Object key) throws IOException {
    List<Path> files = files();
    for (int i = 0; i < files.size(); i++) {
      try {
        if (key != null && key.equals(key(files.get(i)))) {
          return i + 1 < files.size() ? files.get(i + 1) : null;
        }
      } catch (NoSuchFileException _) {
        // Rotated between the list and the look.
      }
    }
    return files.isEmpty() ? null : files.getFirst();
  }

  /** The oldest first. */
  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    Path newest = container.folder().resolve("log");
    if (Files.exists(newest)) {
      files.add(newest);
    }
    for (int i = 1; ; i++) {
      Path older = container.folder().resolve("log." + i);
      if (!Files.exists(older)) {
        return files;
      }
      files.addFirst(older);
    }
  }

  private long count() throws IOException {
    long lines = 0;
    for (Path file : files()) {
      lines += count(file);
    }
    return lines;
  }

  private long count(Path file) throws IOException {
    long lines = 0;
    try (InputStream in = open(file)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c == '\n') {
          lines += Line.parse(line.toByteArray()).filter(this::wanted).isPresent() ? 1 : 0;
          line.reset();
        } else {
          line.write(c);
        }
      }
    } catch (NoSuchFileException _) {
      return lines;
    }
    return lines;
  }

  /** Passes whole lines on; the beginning of one stays in the rest. */
  private void copy(InputStream in, ByteArrayOutputStream rest) throws IOException {
    byte[] bytes = new byte[BUFFER];
    for (int size = in.read(bytes); size > 0; size = in.read(bytes)) {
      int start = 0;
      for (int i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
          rest.write(bytes, start, i - start);
          pass(rest.toByteArray());
          rest.reset();
          start = i + 1;
        }
      }
      rest.write(bytes, start, size - start);
    }
  }

  private void pass(byte[] bytes) throws IOException {
    Optional<Line> line = Line.parse(bytes).filter(this::wanted);
    if (line.isEmpty()) {
      return;
    }
    if (skip > 0) {
      skip--;
      return;
    }
    sink.line(line.get().stderr, line.get().time, line.get().text(), line.get().whole);
  }

  private boolean wanted(Line line) {
    if (wish.since.isEmpty() && wish.until.isEmpty()) {
      return true;
    }
    Instant time = Instant.parse(line.time);
    return wish.since.map(since -> !time.isBefore(since)).orElse(true)
        && wish.until.map(until -> !time.isAfter(until)).orElse(true);
  }

  /** One line of a file, taken apart. */
  private record Line(boolean stderr, String time, boolean whole, byte[] bytes, int textAt) {
    private static final int STREAM_SIZE = 6;

    static Optional<Line> parse(byte[] bytes) {
      int blank = 0;
      while (blank < bytes.length && bytes[blank] != ' ') {
        blank++;
      }
      int text = blank + 1 + STREAM_SIZE + 3;
      if (text > bytes.length) {
        return Optional.empty();
      }
      return Optional.of(
          new Line(
              bytes[blank + 4] == 'e',
              new String(bytes, 0, blank, StandardCharsets.US_ASCII),
              bytes[text - 2] == 'F',
              bytes,
              text));
    }

    byte[] text() {
      return java.util.Arrays.copyOfRange(bytes, textAt, bytes.length);
    }
  }
}
