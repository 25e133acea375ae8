package dev.jbuild.layer;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Compressed streams: recognized by their first bytes, and written the same on every machine. */
public final class Compression {
  private static final int ZSTD_LEVEL = 3;
  // What xz -9 needs, twice; an archive that asks for more is refused instead of eating the memory.
  private static final int XZ_MEMORY_KIB = 128 << 10;

  private Compression() {}

  /** The decompressed content of a gzip, zstd, bzip2, xz or plain stream. */
  public static InputStream open(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(16);
    byte[] head = buffered.readNBytes(6);
    buffered.reset();
    if (startsWith(head, 0x1f, 0x8b)) {
      return new GunzipStream(buffered);
    }
    // RFC 8878: a frame, or a skippable frame before it.
    if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)
        || head.length >= 4
            && (head[0] & 0xf0) == 0x50
            && startsWith(head, head[0], 0x2a, 0x4d, 0x18)) {
      return new ZstdInputStream(buffered, RecyclingBufferPool.INSTANCE);
    }
    if (startsWith(head, 'B', 'Z', 'h')) {
      return new BZip2CompressorInputStream(buffered, true);
    }
    if (startsWith(head, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return new XZInputStream(buffered, XZ_MEMORY_KIB);
    }
    return buffered;
  }

  /**
   * Tells whether a file is a tar, compressed or not, that ADD would extract. The name says
   * nothing: only the content counts.
   */
  public static boolean looksLikeTar(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file)) {
      try (InputStream in = open(raw)) {
        return TarHeader.isHeader(in.readNBytes(TarHeader.BLOCK));
      } catch (IOException _) {
        // Recognized by its first bytes and then not readable: no archive, a file to be copied.
        return false;
      }
    }
  }

  /** Compresses on all cores into one gzip stream that does not depend on their number. */
  public static void gzip(InputStream in, OutputStream out) throws IOException {
    gzip(in, out, Runtime.getRuntime().availableProcessors());
  }

  /**
   * The same at another level.
   *
   * @param level 0 to 9, the usual one is 6
   */
  public static void gzipAt(int level, InputStream in, OutputStream out) throws IOException {
    gzip(level, in, out, Runtime.getRuntime().availableProcessors());
  }

  /** What {@link #gzipTo} compresses. */
  @FunctionalInterface
  public interface Writer {
    void write(OutputStream out) throws IOException;
  }

  /** The same for content that somebody writes, without a thread between. */
  public static void gzipTo(int level, OutputStream out, Writer content) throws IOException {
    try (Gzip gzip = new Gzip(Runtime.getRuntime().availableProcessors(), level, out)) {
      content.write(gzip);
      gzip.finish();
    }
  }

  static void gzip(InputStream in, OutputStream out, int threads) throws IOException {
    gzip(Gzip.LEVEL, in, out, threads);
  }

  static void gzip(int level, InputStream in, OutputStream out, int threads) throws IOException {
    try (Gzip gzip = new Gzip(threads, level, out)) {
      gzip.writeAll(in);
      gzip.finish();
    }
  }

  /** Compresses on all cores into one zstd frame that does not depend on their number. */
  public static void zstd(InputStream in, OutputStream out) throws IOException {
    zstd(in, out, Runtime.getRuntime().availableProcessors());
  }

  /**
   * The same at another level.
   *
   * @param level 1 to 22, the usual one is 3
   */
  public static void zstdAt(int level, InputStream in, OutputStream out) throws IOException {
    zstd(level, in, out, Runtime.getRuntime().availableProcessors());
  }

  static void zstd(InputStream in, OutputStream out, int threads) throws IOException {
    zstd(ZSTD_LEVEL, in, out, threads);
  }

  private static void zstd(int level, InputStream in, OutputStream out, int threads)
      throws IOException {
    try (ZstdOutputStream zstd = new ZstdOutputStream(keepOpen(out), level)) {
      // At least one worker: without any, libzstd cuts its jobs differently.
      zstd.setWorkers(Math.max(1, threads));
      zstd.setChecksum(true);
      zstd.setCloseFrameOnFlush(false);
      in.transferTo(zstd);
    }
  }

  private static OutputStream keepOpen(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }

  private static boolean startsWith(byte[] head, int... magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (head[i] != (byte) magic[i]) {
        return false;
      }
    }
    return true;
  }
}
