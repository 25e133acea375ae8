package dev.jbuild.layer;

import dev.jbuild.linux.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** What a thread of its own writes, as a stream to read. */
final class PackStream extends InputStream {
  private static final byte[] END = new byte[0];
  private static final int CHUNK = 1 << 17;

  /** Writes the whole content. */
  @FunctionalInterface
  interface Writer {
    void write(OutputStream out) throws IOException;
  }

  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(16);
  private final Thread thread;
  private byte[] chunk = new byte[0];
  private int position;
  private boolean ended;

  PackStream(Writer writer) {
    thread = Thread.ofPlatform().daemon().name("pack").start(() -> run(writer));
  }

  private void run(Writer writer) {
    try {
      try (Pieces pieces = new Pieces()) {
        writer.write(pieces);
      }
      queue.put(END);
    } catch (IOException | RuntimeException | Error e) {
      // Nobody reads any more when the thread was interrupted: the failure is its consequence.
      if (!queue.offer(e) && !Thread.currentThread().isInterrupted()) {
        putFailure(e);
      }
    } catch (InterruptedException _) {
      // Closed before the end.
    }
  }

  private void putFailure(Throwable failure) {
    try {
      queue.put(failure);
    } catch (InterruptedException _) {
      // Closed before the failure was seen.
    }
  }

  /** Collects small writes: every header of a tar is one. */
  private final class Pieces extends OutputStream {
    private byte[] piece = new byte[CHUNK];
    private int filled;

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int count = Math.min(length - done, CHUNK - filled);
        System.arraycopy(bytes, offset + done, piece, filled, count);
        filled += count;
        done += count;
        if (filled == CHUNK) {
          flush();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      if (filled == 0) {
        return;
      }
      try {
        queue.put(filled == CHUNK ? piece : Arrays.copyOf(piece, filled));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the reader is gone");
      }
      piece = new byte[CHUNK];
      filled = 0;
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == chunk.length && !next()) {
      return -1;
    }
    int count = Math.min(length, chunk.length - position);
    System.arraycopy(chunk, position, bytes, offset, count);
    position += count;
    return count;
  }

  private boolean next() throws IOException {
    if (ended) {
      return false;
    }
    Object next;
    try {
      next = queue.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    position = 0;
    chunk = new byte[0];
    if (next instanceof byte[] bytes && bytes.length > 0) {
      chunk = bytes;
      return true;
    }
    ended = true;
    if (next instanceof Throwable failure) {
      throw new IOException("cannot pack the layer: " + Reason.of(failure), failure);
    }
    return false;
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
  }
}
