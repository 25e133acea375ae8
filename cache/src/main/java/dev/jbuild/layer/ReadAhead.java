package dev.jbuild.layer;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A stream that another thread reads, and digests, some way ahead: decompressing and extracting are
 * two things at once.
 */
final class ReadAhead extends InputStream {
  private static final Object END = new Object();

  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(16);
  private final Chunk.Pool pool = new Chunk.Pool();
  private final MessageDigest digest = Digest.newSha256();
  private final Thread thread;
  private @Nullable Chunk chunk;
  private int position;
  private boolean ended;
  private long length;

  /** Reads what a stream, compressed or not, holds. */
  ReadAhead(InputStream packed, OptionalLong most) {
    Expansion source = new Expansion(packed, most);
    thread = Thread.ofPlatform().daemon().name("read-ahead").start(() -> readAll(source));
  }

  private void readAll(Expansion packed) {
    try {
      InputStream source = Compression.open(packed); // whoever opened the packed one closes it
      while (true) {
        byte[] buffer = pool.take(Chunk.Pool.SIZE);
        int count = source.readNBytes(buffer, 0, buffer.length);
        if (count == 0) {
          break;
        }
        digest.update(buffer, 0, count);
        length += count;
        packed.check(length);
        queue.put(pool.fill(buffer, count, 1));
      }
      queue.put(END);
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    } catch (InterruptedException _) {
      // Closed before the end.
    }
  }

  private void fail(Throwable failure) {
    try {
      queue.put(failure);
    } catch (InterruptedException _) {
      // Closed before the failure was seen.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    Chunk current = current();
    if (current == null) {
      return -1;
    }
    int taken = Math.min(count, current.length - position);
    System.arraycopy(current.bytes, position, bytes, offset, taken);
    position += taken;
    if (position == current.length) {
      current.release();
      chunk = null;
    }
    return taken;
  }

  private @Nullable Chunk current() throws IOException {
    if (chunk != null || ended) {
      return chunk;
    }
    Object next;
    try {
      next = queue.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    position = 0;
    ended = !(next instanceof Chunk);
    if (next instanceof Chunk more) {
      chunk = more;
    } else if (next instanceof Throwable failure) {
      throw new Pipeline.ProducerFailed(failure).asIoException();
    }
    return chunk;
  }

  /** Reads the rest and returns the digest of the whole stream. */
  Digest finish() throws IOException {
    while (current() != null) {
      Chunk rest = chunk;
      if (rest != null) {
        rest.release();
      }
      chunk = null;
    }
    return Digest.of(digest.digest());
  }

  /** The length of the stream, after {@link #finish}. */
  long length() {
    return length;
  }

  /** Stops reading ahead; the source is not closed. */
  @Override
  public void close() {
    ended = true;
    thread.interrupt();
  }
}
