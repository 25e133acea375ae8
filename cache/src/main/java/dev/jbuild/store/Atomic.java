package dev.jbuild.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicLong;

/** Small files that appear whole or not at all. */
public final class Atomic {
  private static final AtomicLong COUNTER = new AtomicLong();
  private static final String PROCESS =
      Long.toHexString(ProcessHandle.current().pid()) + "-" + Long.toHexString(System.nanoTime());

  private Atomic() {}

  /** A name under the store's {@code tmp} that nobody else uses. */
  public static Path temporary(Path root) {
    return root.resolve("tmp").resolve("w" + PROCESS + "-" + COUNTER.incrementAndGet());
  }

  /** Writes a file under another name and renames it. */
  public static void write(Path root, Path file, byte[] content) throws IOException {
    Path temporary = temporary(root);
    try {
      Files.write(temporary, content);
      name(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes a text in UTF-8. */
  public static void write(Path root, Path file, String content) throws IOException {
    write(root, file, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Gives a whole file its name, in a folder that is made when it is missing. */
  static void name(Path temporary, Path file) throws IOException {
    while (true) {
      try {
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return;
      } catch (NoSuchFileException e) {
        // Others take folders away that are empty: this one perhaps as soon as it is made.
        if (!Files.exists(temporary)) {
          throw e;
        }
        Files.createDirectories(file.getParent());
      }
    }
  }
}
