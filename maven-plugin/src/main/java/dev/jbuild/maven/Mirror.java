package dev.jbuild.maven;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder of copies with permissions and times that are the same on every machine, so that the
 * same files are the same layer. A list of what was copied lies beside it: nothing is read again
 * while sizes and times of the sources stay.
 */
final class Mirror {
  private final Path folder;
  private final Path list;
  private final FileTime time;

  Mirror(Path folder, Instant time) {
    this.folder = folder;
    this.list = folder.resolveSibling("." + folder.getFileName() + ".list");
    this.time = FileTime.from(time);
  }

  /** Makes the folder hold these files under these names and nothing else. */
  void copy(Map<String, Path> files) throws IOException {
    String wanted = listing(files);
    if (isUpToDate(wanted)) {
      return;
    }
    begin();
    for (Map.Entry<String, Path> each : files.entrySet()) {
      try (InputStream content = Files.newInputStream(each.getValue())) {
        put(each.getKey(), content);
      }
    }
    end(wanted);
  }

  static String listing(Map<String, Path> files) throws IOException {
    StringBuilder listing = new StringBuilder();
    for (Map.Entry<String, Path> each : new TreeMap<>(files).entrySet()) {
      listing
          .append(each.getKey())
          .append(' ')
          .append(each.getValue())
          .append(' ')
          .append(Files.size(each.getValue()))
          .append(' ')
          .append(Files.getLastModifiedTime(each.getValue()))
          .append('\n');
    }
    return listing.toString();
  }

  boolean isUpToDate(String wanted) throws IOException {
    return Files.isDirectory(folder)
        && Files.isRegularFile(list)
        && Files.readString(list).equals(wanted + time);
  }

  /** Empties the folder. */
  void begin() throws IOException {
    Files.deleteIfExists(list);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
    Files.createDirectories(folder);
  }

  void put(String name, InputStream content) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder)) {
      throw new IOException("'" + name + "' leads out of its jar");
    }
    Files.createDirectories(file.getParent());
    Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Writes down what is there. */
  void end(String wanted) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        String mode = Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(mode));
        Files.setLastModifiedTime(each, time);
      }
    }
    Files.writeString(list, wanted + time);
  }
}
