package dev.jbuild.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * One gzip member made of blocks that are compressed independently, each knowing only the 32 KiB
 * before it. The cut is by position, so the bytes depend neither on the number of threads nor on
 * their timing.
 */
final class Gzip implements AutoCloseable {
  private static final int BLOCK = 1 << 18;
  private static final int WINDOW = 1 << 15;
  private static final int SAMPLE = 1 << 14;
  private static final int LONGEST_STORED = 0xffff;
  private static final int DENSE_PERCENT = 106;
  static final int LEVEL = 6;
  // Magic, deflate, no flags, no time, no extra flags, unknown system: nothing of this machine.
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final ExecutorService threads;
  private final int level;
  private final int inFlight;
  private final ConcurrentLinkedQueue<Deflater> deflaters = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Future<byte[]>> pending = new ArrayDeque<>();

  Gzip(int parallelism, int level) {
    this.level = level;
    threads =
        Executors.newFixedThreadPool(
            parallelism, Thread.ofPlatform().daemon().name("gzip-", 0).factory());
    inFlight = 2 * parallelism;
  }

  void compress(InputStream in, OutputStream out) throws IOException {
    out.write(HEADER);
    CRC32 crc = new CRC32();
    long length = 0;
    byte @Nullable [] before = null;
    byte[] block = in.readNBytes(BLOCK);
    while (true) {
      byte[] after = block.length < BLOCK ? new byte[0] : in.readNBytes(BLOCK);
      boolean last = after.length == 0;
      crc.update(block);
      length += block.length;
      submit(before, block, last);
      while (pending.size() > (last ? 0 : inFlight)) {
        out.write(first());
      }
      if (last) {
        break;
      }
      before = block;
      block = after;
    }
    writeNumber(out, crc.getValue());
    writeNumber(out, length);
    out.flush();
  }

  private void submit(byte @Nullable [] before, byte[] block, boolean last) {
    pending.add(threads.submit(() -> deflate(before, block, last)));
  }

  private byte[] first() throws IOException {
    try {
      return pending.remove().get();
    } catch (ExecutionException e) {
      throw new IOException("cannot compress: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compressing", e);
    }
  }

  private byte[] deflate(byte @Nullable [] before, byte[] block, boolean last) {
    // Archives, pictures and noise: compressing them takes long and gains nothing.
    if (level > 0 && isDense(block)) {
      return stored(block, last);
    }
    Deflater reused = deflaters.poll();
    Deflater deflater = reused == null ? new Deflater(level, true) : reused;
    deflater.reset();
    if (before != null) {
      deflater.setDictionary(before, before.length - WINDOW, WINDOW);
    }
    deflater.setInput(block);
    if (last) {
      deflater.finish();
    }
    byte[] out = new byte[block.length / 2 + 1024];
    int size = 0;
    while (true) {
      int room = out.length - size;
      size += deflater.deflate(out, size, room, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
      if (last ? deflater.finished() : size < out.length) {
        break;
      }
      if (size == out.length) {
        out = Arrays.copyOf(out, out.length * 2);
      }
    }
    deflaters.add(deflater);
    return Arrays.copyOf(out, size);
  }

  /** Whether all byte values are about as frequent, and a sample does not get smaller either. */
  private boolean isDense(byte[] block) {
    if (block.length < 2 * SAMPLE) {
      return false;
    }
    int[] counts = new int[256];
    for (byte value : block) {
      counts[value & 0xff]++;
    }
    long squares = 0;
    for (long count : counts) {
      squares += count * count;
    }
    // Whole numbers, which are the same on every machine: it is 1 where all are as frequent.
    long evenness = 256 * squares * 100 / ((long) block.length * block.length);
    return evenness < DENSE_PERCENT && sampled(block) > SAMPLE - SAMPLE / 50;
  }

  private int sampled(byte[] block) {
    Deflater fast = new Deflater(1, true);
    try {
      fast.setInput(block, block.length / 2 - SAMPLE / 2, SAMPLE);
      fast.finish();
      return fast.deflate(new byte[2 * SAMPLE]);
    } finally {
      fast.end();
    }
  }

  /** The bytes as they are (RFC 1951, section 3.2.4), which begin and end with whole bytes. */
  private static byte[] stored(byte[] block, boolean last) {
    byte[] out = new byte[block.length + 5 * (block.length / LONGEST_STORED + 1)];
    int size = 0;
    for (int from = 0; from < block.length; from += LONGEST_STORED) {
      int length = Math.min(LONGEST_STORED, block.length - from);
      out[size] = (byte) (last && from + length == block.length ? 1 : 0);
      out[size + 1] = (byte) length;
      out[size + 2] = (byte) (length >>> 8);
      out[size + 3] = (byte) ~length;
      out[size + 4] = (byte) (~length >>> 8);
      System.arraycopy(block, from, out, size + 5, length);
      size += 5 + length;
    }
    return Arrays.copyOf(out, size);
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
    deflaters.forEach(Deflater::end);
  }
}
