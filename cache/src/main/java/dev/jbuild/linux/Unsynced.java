package dev.jbuild.linux;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names of what was written and may not have reached the disk yet. Nobody waits for a disk: who
 * comes after the machine has started again looks at what is named here, and at nothing else.
 *
 * <p>A mark is an empty file {@code unsynced/BOOT/NAME}, made before that which it names appears:
 * journals keep this order.
 */
public final class Unsynced {
  private static final Duration OLD = Duration.ofMinutes(1);

  /** Whose content is another after every start of the machine. */
  public static final String BOOT = "/proc/sys/kernel/random/boot_id";

  /** What the folder of the marks is called, which has one for each start. */
  public static final String FOLDER = "unsynced";

  private final Path root;
  private final Path marks;

  /** The marks below a folder. */
  public static Unsynced in(Path root) throws IOException {
    return new Unsynced(root, boot());
  }

  Unsynced(Path root, String boot) {
    this.root = root;
    marks = folder(root).resolve(boot);
  }

  private static String boot() throws IOException {
    return Files.readString(Path.of(BOOT)).strip();
  }

  private static Path folder(Path root) {
    return root.resolve(FOLDER);
  }

  /** Names what is about to appear, and has been written under another name. */
  public void mark(String name) throws IOException {
    Path file = marks.resolve(name);
    while (true) {
      try {
        Files.createFile(file);
        return;
      } catch (FileAlreadyExistsException _) {
        if (renew(file)) {
          return;
        }
      } catch (NoSuchFileException _) {
        Files.createDirectories(marks);
      }
    }
  }

  /** Makes a mark that was there one of now; false when it has just been taken away. */
  private static boolean renew(Path file) throws IOException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** What was named since the machine started, and not synced. */
  public Set<String> names() {
    String[] names = marks.toFile().list();
    return names == null ? Set.of() : Set.of(names);
  }

  /** Whether something has had its mark for so long that it should be written by now. */
  public boolean isOld() throws IOException {
    Instant limit = Instant.now().minus(OLD);
    for (String name : names()) {
      Optional<FileTime> time = time(marks.resolve(name));
      if (time.isPresent() && time.get().toInstant().isBefore(limit)) {
        return true;
      }
    }
    return false;
  }

  /** Waits for the disk; nothing of what was named before is in danger then. */
  public void sync() throws IOException {
    Map<Path, FileTime> before = new HashMap<>();
    for (String name : names()) {
      Path mark = marks.resolve(name);
      time(mark).ifPresent(time -> before.put(mark, time));
    }
    Linux.syncfs(root);
    for (Map.Entry<Path, FileTime> one : before.entrySet()) {
      // One that was made anew meanwhile names something that was written meanwhile.
      if (time(one.getKey()).equals(Optional.of(one.getValue()))) {
        Files.deleteIfExists(one.getKey());
      }
    }
  }

  private static Optional<FileTime> time(Path mark) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(mark));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // somebody else has synced
    }
  }

  /** What was named before the machine started. */
  public List<String> lost() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path earlier : earlier()) {
      String[] some = earlier.toFile().list();
      names.addAll(some == null ? List.of() : List.of(some));
    }
    return names;
  }

  /** Forgets what was named before the machine started: it has been looked at. */
  public void forgetLost() throws IOException {
    for (Path earlier : earlier()) {
      Linux.deleteTree(earlier);
    }
  }

  private List<Path> earlier() throws IOException {
    String[] boots = folder(root).toFile().list();
    List<Path> earlier = new ArrayList<>();
    for (String boot : boots == null ? new String[0] : boots) {
      Path one = folder(root).resolve(boot);
      if (!one.equals(marks)) {
        earlier.add(one);
      }
    }
    return earlier;
  }
}
