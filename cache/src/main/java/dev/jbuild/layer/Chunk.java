package dev.jbuild.layer;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Some bytes on their way from one thread to others; the buffer is used again after the last. */
final class Chunk {
  final byte[] bytes;
  final int length;
  private final @Nullable Pool pool;
  private final AtomicInteger readers;

  private Chunk(byte[] bytes, int length, @Nullable Pool pool, int readers) {
    this.bytes = bytes;
    this.length = length;
    this.pool = pool;
    this.readers = new AtomicInteger(readers);
  }

  /** Every reader calls this once, and does not look at the bytes after it. */
  void release() {
    if (readers.decrementAndGet() == 0 && pool != null) {
      pool.free.push(bytes);
    }
  }

  /** Buffers of one size. The last one used comes first, while the processor still has it near. */
  static final class Pool {
    static final int SIZE = 1 << 17;
    // Below this, a fresh array costs less than the memory traffic of a large one.
    private static final int SMALL = 1 << 15;

    private final ConcurrentLinkedDeque<byte[]> free = new ConcurrentLinkedDeque<>();

    /** A buffer for so many bytes, or for as many as a chunk takes. */
    byte[] take(long wanted) {
      if (wanted < SMALL) {
        return new byte[(int) wanted];
      }
      byte[] buffer = free.poll();
      return buffer == null ? new byte[SIZE] : buffer;
    }

    Chunk fill(byte[] buffer, int length, int readers) {
      return new Chunk(buffer, length, buffer.length == SIZE ? this : null, readers);
    }
  }
}
