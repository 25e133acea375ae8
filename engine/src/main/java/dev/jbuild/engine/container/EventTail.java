package dev.jbuild.engine.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events while they are appended, also when their file is put aside and another begins.
 */
public final class EventTail implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
  private @Nullable FileChannel open;
  private @Nullable Object key;

  private EventTail(Path file) {
    this.file = file;
  }

  /** From the oldest event on that is kept. */
  public static EventTail ofAll(Path file) throws IOException {
    EventTail tail = new EventTail(file);
    tail.open(Events.older(file));
    return tail;
  }

  /** From now on. */
  public static EventTail ofNew(Path file) throws IOException {
    EventTail tail = new EventTail(file);
    tail.open(file);
    if (tail.open != null) {
      tail.open.position(tail.open.size());
    }
    return tail;
  }

  /** The events that have come since the last call, a line each. */
  public List<String> more() throws IOException {
    List<String> lines = new ArrayList<>();
    drain(lines);
    if (!Objects.equals(key, key(file))) {
      // What was written between the look at this file and the beginning of the next.
      drain(lines);
      close();
      open(file);
      drain(lines);
    }
    return lines;
  }

  private void open(Path from) throws IOException {
    try {
      Object before;
      do {
        close();
        before = key(from);
        open = FileChannel.open(from, StandardOpenOption.READ);
        // Else it was put aside between the two.
        key = key(from);
      } while (!Objects.equals(before, key));
    } catch (NoSuchFileException _) {
      close();
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  private void drain(List<String> lines) throws IOException {
    if (open == null) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    while (open.read(bytes) > 0) {
      bytes.flip();
      while (bytes.hasRemaining()) {
        byte one = bytes.get();
        if (one == '\n') {
          lines.add(rest.toString(StandardCharsets.UTF_8));
          rest.reset();
        } else {
          rest.write(one);
        }
      }
      bytes.clear();
    }
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
    open = null;
    key = null;
    rest.reset();
  }
}
