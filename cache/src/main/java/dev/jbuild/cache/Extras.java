package dev.jbuild.cache;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What builds keep beside images and steps: the folders of cache mounts ({@code caches}) and of Git
 * commits ({@code git}), and notes that save time: what addresses gave ({@code http}), which
 * repository has which blob ({@code origins}, {@code pushed}), how layers were packed ({@code
 * packed}), stat caches and memos.
 */
final class Extras {
  private static final Duration FORGOTTEN = Duration.ofDays(30);

  /** A time of use is an hour old at most, and a build may fetch before it takes its lease. */
  private static final Duration MARGIN = Duration.ofHours(2);

  private final Path root;
  private final Store.Leased leased;
  private final boolean dryRun;

  Extras(Path root, Store.Leased leased, boolean dryRun) {
    this.root = root;
    this.leased = leased;
    this.dryRun = dryRun;
  }

  /**
   * A folder that a build can make again.
   *
   * @param used when it was last of use
   */
  record Extra(Path place, String content, Instant used) {
    /** In bytes, without what its folders take. */
    long bytes() throws IOException {
      return FolderSize.of(place.resolve(content));
    }
  }

  /** All folders. */
  List<Extra> folders() throws IOException {
    List<Extra> all = new ArrayList<>();
    folders("caches", "data", all);
    folders("git", "tree", all);
    return all;
  }

  private void folders(String kind, String content, List<Extra> all) throws IOException {
    for (Path place : Listing.of(root.resolve(kind))) {
      if (Files.isDirectory(place.resolve(content))) {
        all.add(new Extra(place, content, modified(place.resolve("lock"))));
      }
    }
  }

  /** Takes the folders that the policy lets go; see {@link #take(Extra, List)}. */
  long take(Policy policy, List<Path> leftovers) throws IOException {
    Optional<Instant> before = policy.records().unusedSince();
    long bytes = 0;
    for (Extra extra : before.isPresent() ? folders() : List.<Extra>of()) {
      if (extra.used().isBefore(before.get())) {
        bytes += take(extra, leftovers);
      }
    }
    return bytes;
  }

  /**
   * Takes a folder away, unless somebody uses it.
   *
   * @param leftovers is given what is to be deleted
   * @return the bytes that this frees
   */
  long take(Extra extra, List<Path> leftovers) throws IOException {
    boolean mount = extra.content().equals("data");
    // A checkout is read without its lock; a cache mount is in use only under it.
    boolean young =
        leased.since().isPresent() && !extra.used().isBefore(leased.since().get().minus(MARGIN));
    if (!mount && young) {
      return 0;
    }
    try (OpenFile lock = Dir.HERE.lockFile(extra.place().resolve("lock").toString())) {
      if (!lock.lock(true, false)) {
        return 0;
      }
      long bytes = extra.bytes();
      if (!dryRun) {
        Path gone =
            root.resolve("tmp/removed-" + Listing.name(extra.place()) + "-" + System.nanoTime());
        Dir.HERE.rename(
            extra.place().resolve(extra.content()).toString(), Dir.HERE, gone.toString());
        leftovers.add(gone);
        Files.deleteIfExists(extra.place().resolve("id"));
      }
      return bytes;
    }
  }

  /**
   * Forgets notes that are of no use, and marks the blobs of what addresses gave.
   *
   * @param before addresses that nobody asked for since are forgotten too
   */
  void notes(Optional<Instant> before, Set<Digest> blobs) throws IOException {
    Instant longAgo = Instant.now().minus(FORGOTTEN);
    Instant addresses = before.filter(b -> b.isAfter(longAgo)).orElse(longAgo);
    for (Path note : Listing.of(root.resolve("http"))) {
      Optional<Digest> blob = Optional.empty();
      if (!modified(note).isBefore(addresses)) {
        blob = lastDigest(note);
      }
      if (blob.isPresent()) {
        blobs.add(blob.get());
      } else {
        forget(note);
      }
    }
    for (String folder : List.of("origins", "pushed", "statcache", "memos")) {
      for (Path note : Listing.of(root.resolve(folder))) {
        if (modified(note).isBefore(longAgo)) {
          forget(note);
        }
      }
    }
    for (Path note : Listing.of(root.resolve("packed"))) {
      boolean layer = Files.exists(root.resolve("diffids").resolve(Listing.name(note)));
      if (!layer && modified(note).isBefore(longAgo)) {
        forget(note);
      }
    }
  }

  private void forget(Path note) throws IOException {
    if (!dryRun) {
      Files.deleteIfExists(note);
    }
  }

  private static Optional<Digest> lastDigest(Path note) throws IOException {
    try {
      List<String> lines = Files.readAllLines(note);
      return lines.isEmpty() || !Digest.isDigest(lines.getLast())
          ? Optional.empty()
          : Optional.of(Digest.parse(lines.getLast()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /** The time of a file; long ago where there is none. */
  static Instant modified(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (NoSuchFileException _) {
      return Instant.MIN;
    }
  }
}
