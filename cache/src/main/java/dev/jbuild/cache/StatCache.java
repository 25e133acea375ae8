package dev.jbuild.cache;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Atomic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Digests of a context's files by their stat, so that an unchanged file is not read again. A file
 * that changed in the last two seconds before saving is not trusted: another change could leave its
 * times as they are.
 */
public final class StatCache {
  private static final long RACY_NANOS = 2_000_000_000L;

  private final Path root;
  private final Path file;
  private final ConcurrentHashMap<String, String> known = new ConcurrentHashMap<>();
  private boolean changed;

  private StatCache(Path root, Path file) {
    this.root = root;
    this.file = file;
  }

  /** What is known of a context; nothing when it was never read. */
  public static StatCache open(Path storeRoot, Path context) throws IOException {
    Path file =
        storeRoot.resolve("statcache").resolve(Digest.sha256(context.toString()).shortHex());
    StatCache cache = new StatCache(storeRoot, file);
    try {
      cache.read(Files.readString(file));
    } catch (NoSuchFileException _) {
      // it was never read, or not for long
    }
    return cache;
  }

  private void read(String text) {
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      int tab = text.indexOf('\t', start);
      if (tab > 0 && tab < end) {
        known.put(text.substring(start, tab), text.substring(tab + 1, end));
      }
      start = end + 1;
    }
  }

  /** Identity of a file as far as {@code stat} tells. */
  public static String identity(long size, long mtimeNanos, long ctimeNanos, long ino, long dev) {
    return size + "." + mtimeNanos + "." + ctimeNanos + "." + ino + "." + dev;
  }

  /** The digest of a file that has not changed since it was recorded. */
  public Optional<Digest> lookup(String path, String identity) {
    String entry = known.get(path);
    return entry != null && entry.startsWith(identity + " ")
        ? Optional.of(new Digest("sha256", entry.substring(identity.length() + 1)))
        : Optional.empty();
  }

  /** Remembers the digest of a file, unless it changed just now. */
  public synchronized void record(String path, String identity, long ctimeNanos, Digest digest) {
    long now = System.currentTimeMillis() * 1_000_000L;
    if (now - ctimeNanos > RACY_NANOS && path.indexOf('\n') < 0 && path.indexOf('\t') < 0) {
      known.put(path, identity + " " + digest.hex());
      changed = true;
    }
  }

  /** Writes down what was recorded. */
  public synchronized void save() throws IOException {
    if (changed) {
      StringBuilder out = new StringBuilder();
      known.forEach((path, entry) -> out.append(path).append('\t').append(entry).append('\n'));
      Atomic.write(root, file, out.toString());
    }
  }
}
