package dev.jbuild.layer;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** Some bytes on their way from one thread to others; the buffer is used again after the last. */
final class Chunk {
  final byte[] bytes;
  final int length;
  private final ConcurrentLinkedDeque<byte[]> home;
  private final AtomicInteger readers;

  private Chunk(byte[] bytes, int length, ConcurrentLinkedDeque<byte[]> home, int readers) {
    this.bytes = bytes;
    this.length = length;
    this.home = home;
    this.readers = new AtomicInteger(readers);
  }

  /** Every reader calls this once, and does not look at the bytes after it. */
  void release() {
    if (readers.decrementAndGet() == 0) {
      home.push(bytes);
    }
  }

  /**
   * Buffers of two sizes. The last one used comes first, while the processor still has it near; and
   * a tree of small files leaves no garbage behind.
   */
  static final class Pool {
    static final int SIZE = 1 << 17;
    private static final int SMALL = 1 << 15;

    private final ConcurrentLinkedDeque<byte[]> free = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<byte[]> freeSmall = new ConcurrentLinkedDeque<>();

    /** A buffer for so many bytes, or for as many as a chunk takes. */
    byte[] take(long wanted) {
      byte[] buffer = (wanted <= SMALL ? freeSmall : free).poll();
      return buffer == null ? new byte[wanted <= SMALL ? SMALL : SIZE] : buffer;
    }

    Chunk fill(byte[] buffer, int length, int readers) {
      return new Chunk(buffer, length, buffer.length == SMALL ? freeSmall : free, readers);
    }
  }
}
