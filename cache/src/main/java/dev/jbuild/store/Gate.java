package dev.jbuild.store;

import dev.jbuild.linux.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between those who say what they need and the collector, which takes what nobody needs:
 * many may pass at once, or one may close it. Whoever pins something passes, and looks afterwards
 * whether it is still there; the collector closes the gate while it marks and takes away.
 *
 * <p>The lock is the kernel's, so that a process that dies leaves the gate open.
 */
public final class Gate implements AutoCloseable {
  // A process loses its locks on a file with the first descriptor of it that it closes (fcntl(2)),
  // so that there may be one descriptor at a time.
  private static final ReentrantLock PROCESS = new ReentrantLock();

  private final FileChannel channel;

  private Gate(FileChannel channel) {
    this.channel = channel;
  }

  /** Waits while the gate is closed. */
  static Gate pass(Path root) {
    return open(root, true);
  }

  /** Waits until nobody is in the gate, and keeps everybody out. */
  static Gate close(Path root) {
    return open(root, false);
  }

  private static Gate open(Path root, boolean shared) {
    Path file = root.resolve("locks/gate");
    PROCESS.lock();
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        channel.lock(0, Long.MAX_VALUE, shared);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      return new Gate(channel);
    } catch (IOException e) {
      PROCESS.unlock();
      throw new StoreException("cannot lock the store at " + file + ": " + Reason.of(e), e);
    }
  }

  /** Must be called by the thread that passed. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException("cannot unlock the store: " + Reason.of(e), e);
    } finally {
      PROCESS.unlock();
    }
  }
}
