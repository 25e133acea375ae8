package dev.jbuild.maven;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of copies with permissions and times that are the same on every machine, so that the
 * same files are the same layer. A list of what was copied lies beside it: nothing is read again
 * while sizes, times and inodes of the sources stay. When they do not, the contents are compared: a
 * jar that was only packed anew changes nothing here.
 */
final class Mirror {
  private static final String ATTRIBUTES = "unix:size,lastModifiedTime,ctime,ino";
  private static final long SECOND = 1_000_000_000;
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

  private final Path folder;
  private final Path list;
  private final FileTime time;
  private final Set<Path> kept = new HashSet<>();
  private String generation = "";
  private boolean changed;

  Mirror(Path folder, Instant time) {
    this.folder = folder;
    this.list = folder.resolveSibling("." + folder.getFileName() + ".list");
    this.time = FileTime.from(time);
  }

  /**
   * Makes the folder hold these files under these names and nothing else.
   *
   * @return another text whenever something in the folder has become another
   */
  String copy(Map<String, Path> files) throws IOException {
    String wanted = listing(files);
    if (!isUpToDate(wanted)) {
      begin();
      for (Map.Entry<String, Path> each : files.entrySet()) {
        Path file = place(each.getKey());
        if (!isSame(each.getValue(), file)) {
          changed = true;
          Files.copy(each.getValue(), file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      end(wanted);
    }
    return generation;
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
    long wait = untilSettled(found, System.currentTimeMillis());
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

  /** How many nanoseconds after that time a change is sure to give the file another one. */
  private static long untilSettled(Map<String, Object> found, long millis) {
    long changed = nanos(found.get("ctime"));
    // A file system that counts in seconds, or an older kernel in its own ticks.
    long tick = changed % SECOND == 0 ? 2 * SECOND : SECOND / 50;
    return changed + tick - millis * 1_000_000;
  }

  /** Had the file been at rest by then, so that all later changes show? */
  static boolean isSettled(Map<String, Object> found, long millis) {
    return untilSettled(found, millis) <= 0;
  }

  static long nanos(@Nullable Object time) {
    return time instanceof FileTime known ? known.to(TimeUnit.NANOSECONDS) : 0;
  }

  /** Tells whether nothing has to be done for the folder to be of these sources. */
  boolean isUpToDate(String wanted) throws IOException {
    if (!Files.isDirectory(folder) || !Files.isRegularFile(list)) {
      return false;
    }
    String was = Files.readString(list);
    int line = was.indexOf('\n');
    generation = line < 0 ? "" : was.substring(0, line);
    return line >= 0 && was.substring(line + 1).equals(wanted + time);
  }

  /** What {@link #copy} returns, after {@link #isUpToDate} or {@link #end}. */
  String generation() {
    return generation;
  }

  /** From here to the end, a folder that is found is of nothing. */
  void begin() throws IOException {
    Files.deleteIfExists(list);
    Files.createDirectories(folder);
    changed = generation.isEmpty();
    kept.clear();
  }

  /** Adds a file; one with this content stays the very file that it was. */
  void put(String name, InputStream content) throws IOException {
    Path file = place(name);
    Path part = folder.resolveSibling("." + folder.getFileName() + ".part");
    Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
    if (isSame(part, file)) {
      Files.delete(part);
    } else {
      changed = true;
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static boolean isSame(Path source, Path copy) throws IOException {
    return Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS)
        && Files.mismatch(source, copy) == -1;
  }

  /** Where a file is, with the folders that it needs and without what is in its way. */
  private Path place(String name) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder) || file.equals(folder)) {
      throw new IOException("'" + name + "' leads out of its jar");
    }
    Path relative = folder.relativize(file);
    for (int i = 1; i < relative.getNameCount(); i++) {
      Path above = folder.resolve(relative.subpath(0, i));
      if (kept.add(above) && !Files.isDirectory(above, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(above);
        Files.createDirectory(above);
      }
    }
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      remove(file);
    }
    kept.add(file);
    return file;
  }

  private void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
    changed = true;
  }

  /** Removes what was not put, and writes down what is there. */
  void end(String wanted) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        if (kept.contains(each) || each.equals(folder)) {
          finish(each);
        } else {
          Files.delete(each);
          changed = true;
        }
      }
    }
    if (changed) {
      generation = System.currentTimeMillis() + "-" + System.nanoTime();
    }
    Files.writeString(list, generation + "\n" + wanted + time);
  }

  private void finish(Path file) throws IOException {
    PosixFileAttributes is = Files.readAttributes(file, PosixFileAttributes.class);
    Set<PosixFilePermission> mode = is.isDirectory() ? FOLDER : FILE;
    if (!is.permissions().equals(mode)) {
      Files.setPosixFilePermissions(file, mode);
      changed = true;
    }
    if (!is.lastModifiedTime().equals(time)) {
      Files.setLastModifiedTime(file, time);
      // Of a folder it has no say in the image.
      changed |= is.isRegularFile();
    }
  }
}
