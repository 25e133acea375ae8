package dev.jbuild.maven;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of copies with permissions and times that are the same on every machine, so that the
 * same files are the same layer. A list of what was copied lies beside it: nothing is read again
 * while sizes, times and inodes of the sources stay.
 */
final class Mirror {
  private static final String ATTRIBUTES = "unix:size,lastModifiedTime,ctime,ino";
  private static final long SECOND = 1_000_000_000;

  private final Path folder;
  private final Path list;
  private final FileTime time;

  Mirror(Path folder, Instant time) {
    this.folder = folder;
    this.list = folder.resolveSibling("." + folder.getFileName() + ".list");
    this.time = FileTime.from(time);
  }

  /**
   * Makes the folder hold these files under these names and nothing else.
   *
   * @return what they are
   */
  String copy(Map<String, Path> files) throws IOException {
    String wanted = listing(files);
    if (isUpToDate(wanted)) {
      return wanted;
    }
    begin();
    for (Map.Entry<String, Path> each : files.entrySet()) {
      try (InputStream content = Files.newInputStream(each.getValue())) {
        put(each.getKey(), content);
      }
    }
    end(wanted);
    return wanted;
  }

  static String listing(Map<String, Path> files) throws IOException {
    StringBuilder listing = new StringBuilder();
    for (Map.Entry<String, Path> each : new TreeMap<>(files).entrySet()) {
      listing.append(each.getKey()).append(' ').append(stat(each.getValue())).append('\n');
    }
    return listing.toString();
  }

  /**
   * A file, and all that changes with its content. Waits until the clock has left the tick in which
   * the file changed: from now on a change has another time.
   */
  static String stat(Path file) throws IOException {
    Map<String, Object> found = Files.readAttributes(file, ATTRIBUTES);
    long changed = nanos(found.get("ctime"));
    // A file system that counts in seconds, or an older kernel in its own ticks.
    long tick = changed % SECOND == 0 ? 2 * SECOND : SECOND / 50;
    long wait = changed + tick - System.currentTimeMillis() * 1_000_000;
    String unsure = "";
    if (wait > 2 * SECOND) {
      unsure = " as of " + System.nanoTime(); // another machine's clock
    } else if (wait > 0) {
      try {
        Thread.sleep(wait / 1_000_000 + 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    return file
        + " "
        + found.get("size")
        + " "
        + nanos(found.get("lastModifiedTime"))
        + " "
        + changed
        + " "
        + found.get("ino")
        + unsure;
  }

  private static long nanos(@Nullable Object time) {
    return time instanceof FileTime known ? known.to(TimeUnit.NANOSECONDS) : 0;
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
