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
 */
final class Gzip implements AutoCloseable {
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

  Gzip(int parallelism, int level) {
    this.level = level;
    int count = Math.min(parallelism, MOST_THREADS);
    threads =
        Executors.newFixedThreadPool(count, Thread.ofPlatform().daemon().name("gzip").factory());
    inFlight = 2 * count;
  }

  /** Memory for a piece, for what it may refer to before it, and for what it becomes. */
  private static final class Piece {
    // The native code may look at a few bytes after the last, whatever they are.
    final ByteBuffer in = ByteBuffer.allocateDirect(Deflate.WINDOW + PIECE + Long.BYTES);
    final ByteBuffer out = ByteBuffer.allocateDirect(PIECE + Deflate.SLACK);
  }

  /** A piece that is being compressed, and how many bytes it becomes. */
  private record Begun(Piece piece, Future<Integer> size) {}

  void compress(InputStream in, OutputStream out) throws IOException {
    out.write(HEADER);
    CRC32 crc = new CRC32();
    long length = 0;
    byte[] bytes = new byte[PIECE];
    byte[] compressed = new byte[PIECE + Deflate.SLACK];
    byte[] window = new byte[Deflate.WINDOW];
    int count;
    do {
      count = in.readNBytes(bytes, 0, PIECE);
      crc.update(bytes, 0, count);
      Piece piece = pending.size() < inFlight ? new Piece() : first(compressed, out);
      piece.in.put(0, window);
      piece.in.put(Deflate.WINDOW, bytes, 0, count);
      submit(piece, length == 0 ? 0 : Deflate.WINDOW, count);
      length += count;
      if (count == PIECE) {
        System.arraycopy(bytes, PIECE - Deflate.WINDOW, window, 0, Deflate.WINDOW);
      }
    } while (count == PIECE);
    while (!pending.isEmpty()) {
      first(compressed, out);
    }
    writeNumber(out, crc.getValue());
    writeNumber(out, length);
    out.flush();
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
  private Piece first(byte[] compressed, OutputStream out) throws IOException {
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

  private static void writeNumber(OutputStream out, long value) throws IOException {
    for (int i = 0; i < 4; i++) {
      out.write((int) (value >>> (8 * i)) & 0xff);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
