package dev.jbuild.store;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.linux.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps what it pins, and all that was made since it began, from the collector. It lives as long as
 * the lock on its file, which the kernel drops when the process ends, however it ends.
 */
public final class Lease implements AutoCloseable {
  private static final int ID_LENGTH = 16;

  private final String id;
  private final Path root;
  private final Path file;
  private final OpenFile open;
  private boolean closed;

  private Lease(String id, Path root, OpenFile open) {
    this.id = id;
    this.root = root;
    this.file = folder(root).resolve(id);
    this.open = open;
  }

  static Lease open(Path root) {
    byte[] random = new byte[ID_LENGTH / 2];
    ThreadLocalRandom.current().nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    try {
      // In the gate, because a lease without its lock looks like one whose process died.
      try (Gate _ = Gate.pass(root)) {
        OpenFile open = Dir.HERE.lockFile(folder(root).resolve(id).toString());
        if (!open.lock(true, false)) {
          throw new StoreException("cannot lock the new lease " + open);
        }
        FileStat stat = open.stat();
        write(open, "since " + stat.mtimeSec() + " " + stat.mtimeNanos() + "\n");
        return new Lease(id, root, open);
      }
    } catch (IOException e) {
      throw new StoreException(
          "cannot begin a lease in the store " + root + ": " + Reason.of(e), e);
    }
  }

  private static Path folder(Path root) {
    return root.resolve("leases");
  }

  private static void write(OpenFile open, String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    open.write(bytes, 0, bytes.length);
  }

  /** The name of this lease; what it makes in {@code tmp} begins with it and a hyphen. */
  public String id() {
    return id;
  }

  /** Keeps a layer; who calls looks afterwards whether it is still there. */
  public void pin(String layerId) {
    pin(List.of(layerId));
  }

  /** Keeps layers; who calls looks afterwards whether they are still there. */
  public synchronized void pin(List<String> layerIds) {
    if (layerIds.isEmpty()) {
      return;
    }
    try (Gate _ = Gate.pass(root)) {
      write(open, String.join("\n", layerIds) + "\n");
    } catch (IOException e) {
      throw new StoreException("cannot write the lease " + file + ": " + Reason.of(e), e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StoreException("cannot end the lease " + file + ": " + Reason.of(e), e);
    } finally {
      open.close();
    }
  }

  /**
   * A lease whose process lives.
   *
   * @param since by the clock of the file system; what is younger is kept
   */
  record Living(String id, Instant since, Set<String> pins) {}

  /** Whether the process of a lease lives. */
  private static boolean lives(Path file) throws IOException {
    try (OpenFile open = Dir.HERE.read(file.toString())) {
      return !open.lock(false, false);
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Those that live; the files of dead ones are removed. Call with the gate closed. */
  static List<Living> living(Path root) throws IOException {
    List<Living> living = new ArrayList<>();
    for (String name : names(folder(root))) {
      Path file = folder(root).resolve(name);
      try (OpenFile open = Dir.HERE.read(file.toString())) {
        if (open.lock(false, false)) {
          Files.deleteIfExists(file);
        } else {
          // Not by its name, which it loses when it ends: the gate keeps nobody from that.
          living.add(parse(name, text(open)));
        }
      } catch (NoSuchFileException _) {
        // it has just ended
      }
    }
    return living;
  }

  private static String text(OpenFile open) throws IOException {
    try (InputStream in = open.stream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Living parse(String id, String text) {
    Instant since = Instant.MIN;
    Set<String> pins = new HashSet<>();
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", -1);
      if (words.length == 3 && words[0].equals("since")) {
        since = Instant.ofEpochSecond(Long.parseLong(words[1]), Long.parseLong(words[2]));
      } else {
        pins.add(line);
      }
    }
    return new Living(id, since, pins);
  }

  /** Removes what leases left in {@code tmp} whose process died. */
  static void sweepTemporary(Path root) throws IOException {
    for (String name : names(root.resolve("tmp"))) {
      // The listing is older than the look at the lease: what is listed had its lease before.
      if (isLeased(name) && !lives(folder(root).resolve(name.substring(0, ID_LENGTH)))) {
        Linux.deleteTree(root.resolve("tmp").resolve(name));
      }
    }
  }

  private static boolean isLeased(String name) {
    if (name.length() <= ID_LENGTH || name.charAt(ID_LENGTH) != '-') {
      return false;
    }
    for (int i = 0; i < ID_LENGTH; i++) {
      if (Character.digit(name.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Dir dir = Dir.open(folder)) {
      return dir.names();
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }
}
