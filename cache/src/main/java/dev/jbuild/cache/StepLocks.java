package dev.jbuild.cache;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * One builder at a time for one step: between the threads of a process by a semaphore, between
 * processes by a file lock, which ends with its process.
 */
public final class StepLocks {
  private final Path folder;
  private final ConcurrentHashMap<Digest, Semaphore> threads = new ConcurrentHashMap<>();

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
    Semaphore semaphore = threads.computeIfAbsent(key, _ -> new Semaphore(1));
    if (!semaphore.tryAcquire()) {
      onWait.run();
      semaphore.acquire();
    }
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve(key.hex().substring(0, 3)),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = await(channel, key, onWait);
      return () -> {
        release(lock, channel);
        semaphore.release();
      };
    } catch (IOException e) {
      semaphore.release();
      throw new StoreException("cannot lock a step in " + folder + ": " + e, e);
    } catch (InterruptedException e) {
      semaphore.release();
      throw e;
    }
  }

  /** One byte of a shared file stands for a key, so that lock files stay few. */
  private static FileLock await(FileChannel channel, Digest key, Runnable onWait)
      throws IOException, InterruptedException {
    long position = Long.parseLong(key.hex().substring(3, 17), 16);
    boolean told = false;
    while (true) {
      FileLock lock = tryLock(channel, position);
      if (lock != null) {
        return lock;
      }
      if (!told) {
        told = true;
        onWait.run();
      }
      Thread.sleep(20);
    }
  }

  private static @org.jspecify.annotations.Nullable FileLock tryLock(
      FileChannel channel, long position) throws IOException {
    try {
      return channel.tryLock(position, 1, false);
    } catch (java.nio.channels.OverlappingFileLockException _) {
      return null;
    }
  }

  private static void release(FileLock lock, FileChannel channel) {
    try (channel) {
      lock.release();
    } catch (IOException e) {
      throw new StoreException("cannot release a lock: " + e, e);
    }
  }
}
