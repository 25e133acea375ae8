package dev.jbuild.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a folder of the store holds. */
final class Listing {
  private Listing() {}

  /** In no order; nothing when the folder is not there. */
  static List<Path> of(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    }
  }

  /** The name of a file in its folder. */
  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
