package dev.jbuild.layer;

import dev.jbuild.oci.Digest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The content of one file on its way from the thread that reads it to the thread that writes the
 * tar. The producer calls {@link #begin}, {@link #put} and {@link #end} in this order.
 */
final class Parcel {
  private static final int CHUNKS = 16;
  private static final Object END = new Object();

  /** A failure of the producer, or one of the chunks, or the end. */
  private final BlockingQueue<Object> queue;

  private long size;
  private @Nullable Digest content;

  private Parcel(BlockingQueue<Object> queue) {
    this.queue = queue;
  }

  /** For two threads: the producer waits when it is too far ahead. */
  static Parcel bounded() {
    return new Parcel(new ArrayBlockingQueue<>(CHUNKS + 2));
  }

  /** For one thread that first produces everything and then takes it. */
  static Parcel unbounded() {
    return new Parcel(new LinkedBlockingQueue<>());
  }

  void begin(long fileSize) throws InterruptedException {
    size = fileSize;
    content = null;
    queue.put(this);
  }

  void put(Chunk chunk) throws InterruptedException {
    queue.put(chunk);
  }

  /** The end of the file, with the digest of its content unless nobody will ask for it. */
  void end(@Nullable Digest fileContent) throws InterruptedException {
    content = fileContent;
    queue.put(END);
  }

  void fail(Throwable failure) throws InterruptedException {
    queue.put(failure);
  }

  /** Waits for {@link #begin}, and returns the file's size. */
  long awaitSize() throws InterruptedException, Pipeline.ProducerFailed {
    Object first = queue.take();
    if (first instanceof Throwable failure) {
      throw new Pipeline.ProducerFailed(failure);
    }
    return size;
  }

  /** The next chunk, or null after the last. */
  @Nullable Chunk take() throws InterruptedException, Pipeline.ProducerFailed {
    Object next = queue.take();
    if (next instanceof Throwable failure) {
      throw new Pipeline.ProducerFailed(failure);
    }
    return next instanceof Chunk chunk ? chunk : null;
  }

  /** The digest of the content, after the last chunk. */
  @Nullable Digest content() {
    return content;
  }
}
