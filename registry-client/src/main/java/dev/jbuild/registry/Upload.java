package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of some content as the body of one request; opened anew each time the request is sent.
 * Remembers when it last moved, and whether the content itself failed, which no repetition cures.
 */
final class Upload {
  private final BlobSource source;
  private final long from;
  private final long length;
  private final LongConsumer progress;
  private volatile long movedAt = System.nanoTime();
  private volatile boolean complete;
  private volatile @Nullable IOException failure;
  private volatile @Nullable Counted current;

  Upload(BlobSource source, long from, long length, LongConsumer progress) {
    this.source = source;
    this.from = from;
    this.length = length;
    this.progress = progress;
  }

  /** A body that is at hand. */
  static Upload of(byte[] bytes) {
    return new Upload(() -> new java.io.ByteArrayInputStream(bytes), 0, bytes.length, _ -> {});
  }

  long length() {
    return length;
  }

  /** When a byte was last taken, as {@link System#nanoTime}. */
  long movedAt() {
    return movedAt;
  }

  /** Tells whether the last byte has been taken. */
  boolean isComplete() {
    return complete;
  }

  /** Throws what the source threw. */
  void check() throws IOException {
    IOException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  /** The content of this part, counted. */
  InputStream open() {
    complete = length == 0;
    movedAt = System.nanoTime();
    try {
      InputStream in = source.open();
      try {
        in.skipNBytes(from);
      } catch (IOException e) {
        in.close();
        throw e;
      }
      return current(new Counted(in));
    } catch (IOException e) {
      // The HTTP client does not expect this call to fail, but it does expect a read to.
      return current(new Counted(new Unopened(e)));
    }
  }

  /** Closes what the last exchange left open; it does not read on. */
  void release() {
    Counted last = current;
    if (last != null) {
      last.released = true;
      try {
        last.close();
      } catch (IOException _) {
        // It has been read as far as anybody wanted it.
      }
    }
  }

  private Counted current(Counted opened) {
    current = opened;
    return opened;
  }

  /** Fails when it is read, with what went wrong before. */
  private static final class Unopened extends InputStream {
    private final IOException why;

    Unopened(IOException why) {
      this.why = why;
    }

    @Override
    public int read() throws IOException {
      throw why;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      throw why;
    }
  }

  /** Gives exactly the announced length, or fails. */
  private final class Counted extends InputStream {
    private final InputStream in;
    private long done;
    private volatile boolean released;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      if (done == length) {
        return -1;
      }
      int read;
      try {
        read = in.read(target, offset, (int) Math.min(count, length - done));
        if (read < 0) {
          throw new IOException(
              "the content ended after " + (from + done) + " of " + (from + length) + " bytes");
        }
      } catch (IOException e) {
        if (!released) {
          failure = e;
        }
        throw e;
      }
      done += read;
      movedAt = System.nanoTime();
      complete = done == length;
      progress.accept(from + done);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
