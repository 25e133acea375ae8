package dev.jbuild.store;

import dev.jbuild.linux.Reason;
import dev.jbuild.linux.Unsynced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plain files under one root, each written to a temporary name and renamed; there is no database to
 * open, so that starting costs the same however much is stored.
 *
 * <p>Readers never see half a file. A crash leaves only garbage, which the next collection takes.
 */
public final class Store {
  private final Path root;
  private final Blobs blobs;
  private final Names names;

  private Store(Path root) {
    this.root = root;
    this.blobs = new Blobs(root);
    this.names = new Names(root);
  }

  /** Opens the store at a folder, which is made when it is missing. */
  public static Store open(Path root) {
    try {
      Privacy.keep(root);
      if (!Files.isDirectory(root.resolve("blobs/sha256"))) {
        // The one that says that all are there comes last: others may open the store meanwhile.
        for (String folder :
            new String[] {"names", "untagged", "tmp", "leases", "steps", "locks", "blobs/sha256"}) {
          Files.createDirectories(root.resolve(folder));
        }
      }
      return new Store(root);
    } catch (IOException e) {
      throw new StoreException(
          "cannot open the store "
              + root
              + ": "
              + Reason.of(e)
              + "; set JBUILD_ROOT to a folder that you may write",
          e);
    }
  }

  public Path root() {
    return root;
  }

  /** Blobs by digest. */
  public Blobs blobs() {
    return blobs;
  }

  /** Image names. */
  public Names names() {
    return names;
  }

  /**
   * Keeps what it pins until it is closed or this process ends, however it ends. What processes
   * left unfinished that died is removed on the way.
   */
  public Lease lease() {
    Lease lease = Lease.open(root);
    try {
      Lease.sweepTemporary(root);
      syncOld();
    } catch (IOException _) {
      // it costs nothing but room, and the next one tries again
    }
    return lease;
  }

  /** What was written some time ago is on the disk by now, or nearly: that can be made sure of. */
  private void syncOld() throws IOException {
    Unsynced unsynced = Unsynced.in(root);
    if (unsynced.isOld()) {
      Thread.ofPlatform()
          .daemon()
          .name("sync")
          .start(() -> {
            try {
              unsynced.sync();
            } catch (IOException _) {
              // it stays marked
            }
          });
    }
  }

  /** Keeps the collector waiting, for a moment, while something is looked at and named. */
  public Gate pass() {
    return Gate.pass(root);
  }

  /** Keeps everybody waiting who wants to pin or to name something. */
  public Gate shut() {
    return Gate.close(root);
  }

  /**
   * What the living leases keep.
   *
   * @param since when the oldest of them began: what is younger is theirs
   */
  public record Leased(Set<String> pins, Optional<Instant> since) {}

  /** What the living leases keep; to be called while the gate is shut. */
  public Leased leased() throws IOException {
    List<Lease.Living> living = Lease.living(root);
    Set<String> pins = new HashSet<>();
    living.forEach(l -> pins.addAll(l.pins()));
    return new Leased(
        pins, living.stream().map(Lease.Living::since).min(Comparator.naturalOrder()));
  }
}
