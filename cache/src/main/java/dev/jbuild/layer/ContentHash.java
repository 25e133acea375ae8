package dev.jbuild.layer;

import dev.jbuild.oci.Digest;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The digest of one file's bytes. A large file gets a thread of its own, so that copying it, its
 * digest and the digest of the tar are three things at once.
 */
final class ContentHash implements AutoCloseable {
  private static final long LARGE = 4 << 20;
  private static final Object END = new Object();

  private final MessageDigest digest = Digest.newSha256();
  private final BlockingQueue<Object> queue;
  private final @Nullable Thread thread;

  ContentHash(long size) {
    queue = new ArrayBlockingQueue<>(size < LARGE ? 1 : 16);
    thread =
        size < LARGE
            ? null
            : Thread.ofPlatform().daemon().name("content-digest").start(this::updateAll);
  }

  /** How often a chunk that is given to {@link #update} will be released by this. */
  int readers() {
    return thread == null ? 0 : 1;
  }

  void update(Chunk chunk) throws InterruptedException {
    if (thread == null) {
      digest.update(chunk.bytes, 0, chunk.length);
    } else {
      queue.put(chunk);
    }
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

  Digest finish() throws InterruptedException {
    if (thread != null) {
      queue.put(END);
      thread.join();
    }
    return Digest.of(digest.digest());
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
