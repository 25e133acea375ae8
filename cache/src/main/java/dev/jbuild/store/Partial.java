package dev.jbuild.store;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The part of a blob that came before a download broke: {@code partial/HEX}, locked by who writes
 * it. Its bytes are believed only when the whole has the right digest.
 */
final class Partial implements AutoCloseable {
  private final Path file;
  private final OpenFile lock;
  private final long whole;
  private final MessageDigest sha256;
  private final long length;

  private Partial(Path file, OpenFile lock, long whole, MessageDigest sha256, long length) {
    this.file = file;
    this.lock = lock;
    this.whole = whole;
    this.sha256 = sha256;
    this.length = length;
  }

  Path file() {
    return file;
  }

  /** The size that it shall have. */
  long whole() {
    return whole;
  }

  MessageDigest sha256() {
    return sha256;
  }

  long length() {
    return length;
  }

  /** Takes a part, or begins one; absent while somebody else has it. */
  static Optional<Partial> open(Path root, Digest digest, long whole) throws IOException {
    if (!digest.algorithm().equals("sha256")) {
      return Optional.empty();
    }
    Path file = Files.createDirectories(root.resolve("partial")).resolve(digest.hex());
    OpenFile lock = Dir.HERE.lockFile(file.toString());
    boolean taken = false;
    try {
      // Whoever had it before may have made a blob of it, or removed it, while we opened it.
      if (!lock.lock(true, false) || !isStill(file, lock.stat())) {
        return Optional.empty();
      }
      if (lock.stat().size() > whole) {
        lock.truncate(0);
      }
      MessageDigest sha256 = Digest.newSha256();
      long length = read(file, sha256);
      taken = true;
      return Optional.of(new Partial(file, lock, whole, sha256, length));
    } finally {
      if (!taken) {
        lock.close();
      }
    }
  }

  private static long read(Path file, MessageDigest sha256) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sha256.update(buffer, 0, count);
        length += count;
      }
    }
    return length;
  }

  private static boolean isStill(Path file, FileStat opened) throws IOException {
    Optional<FileStat> named = Dir.HERE.statIfPresent(file.toString());
    return named.isPresent()
        && named.get().ino() == opened.ino()
        && named.get().dev() == opened.dev();
  }

  /**
   * Removes parts that nobody writes and that nobody has gone on with since a time.
   *
   * @return the bytes that this frees
   */
  static long sweep(Path root, Instant before, boolean dryRun) throws IOException {
    Path folder = root.resolve("partial");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long freed = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          freed += remove(file, dryRun);
        }
      }
    } catch (NoSuchFileException _) {
      // whoever wrote it has ended: the next sweep sees to the others
    }
    return freed;
  }

  private static long remove(Path file, boolean dryRun) throws IOException {
    try (OpenFile lock = Dir.HERE.lockFile(file.toString())) {
      if (!lock.lock(true, false) || !isStill(file, lock.stat())) {
        return 0;
      }
      long size = lock.stat().size();
      if (!dryRun) {
        Files.deleteIfExists(file);
      }
      return size;
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
