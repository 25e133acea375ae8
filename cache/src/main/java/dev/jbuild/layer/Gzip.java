package dev.jbuild.layer;

import dev.jbuild.linux.Deflate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;

/**
 * One gzip member made of pieces that are compressed independently, each knowing only the 32 KiB
 * before it. The cut is by position, so the bytes depend neither on the number of threads nor on
 * their timing. A fixed number of pieces is under way, in memory that is used again and again.
 *
 * <p>The member is whole after {@link #finish}; closing it before leaves the threads behind, and
 * never closes what is written to.
 */
final class Gzip extends OutputStream {
  static final int LEVEL = 6;
  private static final int PIECE = 1 << 18;
  // More would only take memory: what feeds them is slower.
  private static final int MOST_THREADS = 16;
  // Magic, deflate, no flags, no time, no extra flags, unknown system: nothing of this machine.
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final ExecutorService threads;
  private final int level;
  private final int inFlight;
  private final ConcurrentLinkedQueue<Deflate> deflates = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Begun> pending = new ArrayDeque<>();

  private final OutputStream out;
  private final CRC32 crc = new CRC32();
  private final byte[] bytes = new byte[PIECE];
  private final byte[] window = new byte[Deflate.WINDOW];
  private final byte[] compressed = new byte[PIECE + Deflate.SLACK];
  private int filled;
  private long length;

  Gzip(int parallelism, int level, OutputStream out) throws IOException {
    this.level = level;
    this.out = out;
    int count = Math.min(parallelism, MOST_THREADS);
    threads =
        Executors.newFixedThreadPool(count, Thread.ofPlatform().daemon().name("gzip").factory());
    inFlight = 2 * count;
    out.write(HEADER);
  }

  /** Memory for a piece, for what it may refer to before it, and for what it becomes. */
  private static final class Piece {
    // The native code may look at a few bytes after the last, whatever they are.
    final ByteBuffer in = ByteBuffer.allocateDirect(Deflate.WINDOW + PIECE + Long.BYTES);
    final ByteBuffer out = ByteBuffer.allocateDirect(PIECE + Deflate.SLACK);
  }

  /** A piece that is being compressed, and how many bytes it becomes. */
  private record Begun(Piece piece, Future<Integer> size) {}

  /** Everything that comes, up to its end. */
  void writeAll(InputStream in) throws IOException {
    for (int count = 0; count >= 0; count = in.read(bytes, filled, PIECE - filled)) {
      filled += count;
      if (filled == PIECE) {
        pass();
      }
    }
  }

  @Override
  public void write(int value) throws IOException {
    bytes[filled++] = (byte) value;
    if (filled == PIECE) {
      pass();
    }
  }

  @Override
  public void write(byte[] from, int offset, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int part = Math.min(count - done, PIECE - filled);
      System.arraycopy(from, offset + done, bytes, filled, part);
      filled += part;
      done += part;
      if (filled == PIECE) {
        pass();
      }
    }
  }

  /** Ends the member. */
  void finish() throws IOException {
    pass();
    while (!pending.isEmpty()) {
      first();
    }
    writeNumber(crc.getValue());
    writeNumber(length);
    out.flush();
  }

  /** Gives what is there to a thread; less than a whole piece is the last one. */
  private void pass() throws IOException {
    crc.update(bytes, 0, filled);
    Piece piece = pending.size() < inFlight ? new Piece() : first();
    piece.in.put(0, window);
    piece.in.put(Deflate.WINDOW, bytes, 0, filled);
    submit(piece, length == 0 ? 0 : Deflate.WINDOW, filled);
    if (filled == PIECE) {
      System.arraycopy(bytes, PIECE - Deflate.WINDOW, window, 0, Deflate.WINDOW);
    }
    length += filled;
    filled = 0;
  }

  private void submit(Piece piece, int before, int count) {
    pending.add(new Begun(piece, threads.submit(() -> deflate(piece, before, count))));
  }

  private int deflate(Piece piece, int before, int count) {
    Deflate reused = deflates.poll();
    Deflate deflate = reused == null ? new Deflate(level) : reused;
    boolean last = count < PIECE;
    int size = deflate.piece(piece.in, Deflate.WINDOW, before, count, piece.out, last);
    deflates.add(deflate);
    return size;
  }

  /** Waits for the piece that was begun first, and writes it; its memory is free then. */
  private Piece first() throws IOException {
    Begun begun = pending.remove();
    try {
      int size = begun.size.get();
      begun.piece.out.get(0, compressed, 0, size);
      out.write(compressed, 0, size);
      return begun.piece;
    } catch (ExecutionException e) {
      throw new IOException("cannot compress: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compressing", e);
    }
  }

  private void writeNumber(long value) throws IOException {
    for (int i = 0; i < 4; i++) {
      out.write((int) (value >>> (8 * i)) & 0xff);
    }
  }

  /** Nothing: a piece is compressed as a whole. */
  @Override
  public void flush() {}

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
