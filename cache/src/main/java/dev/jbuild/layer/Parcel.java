package dev.jbuild.layer;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The content of one file on its way from the thread that reads it to the thread that writes the
 * tar. The producer calls {@link #begin}, {@link #put} and {@link #end} in this order, or {@link
 * #whole} alone.
 */
final class Parcel {
  /** The SHA-256 of a content that nobody asked for. */
  static final byte[] UNKNOWN = new byte[0];

  private static final int CHUNKS = 16;
  private static final Object BEGIN = new Object();
  private static final Object END = new Object();

  /** The begin, the chunks and the end, or a failure of the producer. */
  private final BlockingQueue<Object> queue;

  private long size;
  private @Nullable Chunk only;
  private boolean isWhole;
  private byte[] content = UNKNOWN;

  private Parcel(BlockingQueue<Object> queue) {
    this.queue = queue;
  }

  /** For two threads: the producer waits when it is too far ahead. */
  static Parcel bounded() {
    return new Parcel(new ArrayBlockingQueue<>(CHUNKS));
  }

  /** For one thread that first produces everything and then takes it. */
  static Parcel unbounded() {
    return new Parcel(new LinkedBlockingQueue<>());
  }

  /** A small file, or none of its content when it is empty, in one piece. */
  void whole(long fileSize, @Nullable Chunk chunk, byte[] sha256) throws InterruptedException {
    size = fileSize;
    only = chunk;
    isWhole = true;
    content = sha256;
    queue.put(BEGIN);
  }

  void begin(long fileSize) throws InterruptedException {
    size = fileSize;
    isWhole = false;
    queue.put(BEGIN);
  }

  void put(Chunk chunk) throws InterruptedException {
    queue.put(chunk);
  }

  void end(byte[] sha256) throws InterruptedException {
    content = sha256;
    queue.put(END);
  }

  void fail(Throwable failure) throws InterruptedException {
    queue.put(failure);
  }

  /** Waits for the file to begin, and returns its size. */
  long awaitSize() throws InterruptedException, Pipeline.ProducerFailed {
    next();
    return size;
  }

  /** The next chunk, or null after the last. */
  @Nullable Chunk take() throws InterruptedException, Pipeline.ProducerFailed {
    if (isWhole) {
      Chunk chunk = only;
      only = null;
      return chunk;
    }
    return next() instanceof Chunk chunk ? chunk : null;
  }

  private Object next() throws InterruptedException, Pipeline.ProducerFailed {
    Object next = queue.take();
    if (next instanceof Throwable failure) {
      throw new Pipeline.ProducerFailed(failure);
    }
    return next;
  }

  /** The SHA-256 of the content, after the last chunk. */
  byte[] content() {
    return content;
  }
}
