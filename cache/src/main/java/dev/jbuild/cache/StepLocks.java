package dev.jbuild.cache;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One builder at a time for one step, whether a thread of this process or another process: a file
 * with a lock of flock(2), which belongs to the descriptor and ends with its process, however that
 * ends.
 */
public final class StepLocks {
  private static final long PAUSE_MILLIS = 5;

  private final Path folder;

  public StepLocks(Path storeRoot) {
    this.folder = storeRoot.resolve("locks");
  }

  /** A lock that is held until closed. */
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for the lock; {@code onWait} is told when somebody else has it. */
  public Held acquire(Digest key, Runnable onWait) throws InterruptedException {
    Path file = folder.resolve("step-" + key.hex());
    try {
      boolean told = false;
      while (true) {
        Optional<OpenFile> locked = tryLock(file);
        if (locked.isPresent()) {
          return () -> release(file, locked.get());
        }
        if (!told) {
          told = true;
          onWait.run();
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw new StoreException("cannot lock a step at " + file + ": " + Reason.of(e), e);
    }
  }

  /**
   * The lock, unless somebody has it. Who has it removes the file before letting go, so that a lock
   * counts only on the file that still has the name.
   */
  private static Optional<OpenFile> tryLock(Path file) throws IOException {
    OpenFile open = Dir.HERE.lockFile(file.toString());
    boolean mine = false;
    try {
      mine = open.lock(true, false) && isStill(file, open.stat());
      return mine ? Optional.of(open) : Optional.empty();
    } finally {
      if (!mine) {
        open.close();
      }
    }
  }

  private static boolean isStill(Path file, FileStat opened) throws IOException {
    Optional<FileStat> named = Dir.HERE.statIfPresent(file.toString());
    return named.isPresent()
        && named.get().ino() == opened.ino()
        && named.get().dev() == opened.dev();
  }

  private static void release(Path file, OpenFile open) {
    try (open) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StoreException("cannot release the lock " + file + ": " + Reason.of(e), e);
    }
  }

  /** Removes the files of locks whose process died. */
  static void sweep(Path storeRoot) throws IOException {
    for (Path file : Listing.of(storeRoot.resolve("locks"))) {
      if (Listing.name(file).startsWith("step-")) {
        Optional<OpenFile> dead = tryLock(file);
        if (dead.isPresent()) {
          release(file, dead.get());
        }
      }
    }
  }
}
