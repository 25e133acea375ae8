package dev.jbuild.layer;

import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The digest of one large file, in a thread of its own, so that copying it, its digest and the
 * digest of the tar are three things at once.
 */
final class ContentHash implements AutoCloseable {
  /** From here on a thread of its own pays. */
  static final long LARGE = 4 << 20;

  private static final Object END = new Object();

  private final MessageDigest digest;
  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(16);
  private final Thread thread;

  ContentHash(MessageDigest digest) {
    this.digest = digest;
    thread = Thread.ofPlatform().daemon().name("content-digest").start(this::updateAll);
  }

  /** Digests a chunk later, and then releases it. */
  void update(Chunk chunk) throws InterruptedException {
    queue.put(chunk);
  }

  private void updateAll() {
    try {
      while (queue.take() instanceof Chunk chunk) {
        digest.update(chunk.bytes, 0, chunk.length);
        chunk.release();
      }
    } catch (InterruptedException _) {
      // Closed before the end.
    }
  }

  byte[] finish() throws InterruptedException {
    queue.put(END);
    thread.join();
    return digest.digest();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
