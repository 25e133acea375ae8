package dev.jbuild.runtime;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lists a folder tree, faster than Java can. */
public final class Scan {
  private static final int FIXED = 80;

  private Scan() {}

  /** All entries below a folder but not itself, no symbolic link followed, in byte order. */
  public static List<ScanEntry> scan(Path binary, Path dir) throws IOException {
    return scan(binary, dir, List.of());
  }

  /**
   * The same without looking into some folders.
   *
   * @param pruned paths relative to the folder; they are listed themselves
   */
  public static List<ScanEntry> scan(Path binary, Path dir, List<String> pruned)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "scan", dir.toString()));
    command.addAll(pruned);
    Process process = new ProcessBuilder(command).start();
    try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 17)) {
      List<ScanEntry> entries = new ArrayList<>();
      boolean whole = read(in, entries);
      String complaint =
          new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!whole || process.waitFor() != 0) {
        throw new IOException("cannot list " + dir + ": " + complaint.strip());
      }
      return entries;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while listing " + dir, e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Compares a folder with a list in the scan's own format, see src/main/c/scan.c.
   *
   * @return false also when the list or the folder cannot be read
   */
  public static boolean same(Path binary, Path list, Path dir) throws IOException {
    Process process =
        new ProcessBuilder(binary.toString(), "scan", "--same", list.toString(), dir.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while looking at " + dir, e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** False when the list is cut off. */
  private static boolean read(InputStream in, List<ScanEntry> entries) throws IOException {
    byte[] bytes = new byte[16384];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (in.readNBytes(bytes, 0, 4) == 4) {
      int size = buffer.getInt(0);
      if (size == 0) {
        return true;
      }
      if (size < FIXED || size > bytes.length) {
        throw new IOException("the shim sent a record of " + size + " bytes");
      }
      if (in.readNBytes(bytes, 0, size) < size) {
        throw new EOFException("the shim's list is cut off");
      }
      entries.add(entry(buffer, bytes, size));
    }
    return false;
  }

  /** The layout is that of {@code struct record} in src/main/c/scan.c. */
  private static ScanEntry entry(ByteBuffer in, byte[] bytes, int size) {
    int pathSize = in.getInt(12);
    return new ScanEntry(
        text(bytes, FIXED, pathSize),
        in.getInt(0),
        in.getInt(4),
        in.getInt(8),
        in.getLong(16),
        in.getLong(24),
        in.getInt(40),
        in.getLong(32),
        in.getInt(44),
        in.getLong(48),
        in.getLong(56),
        in.getLong(64),
        in.getLong(72),
        text(bytes, FIXED + pathSize, size - FIXED - pathSize));
  }

  private static String text(byte[] bytes, int at, int size) {
    String text = new String(bytes, at, size, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : escaped(bytes, at, size);
  }

  /** Bytes that are no UTF-8 become lone surrogates, so that two such names stay two. */
  private static String escaped(byte[] bytes, int at, int size) {
    StringBuilder text = new StringBuilder(size);
    int end = at + size;
    for (int i = at; i < end; ) {
      int length = sequenceLength(bytes[i] & 0xff);
      int until = Math.min(i + length, end);
      String piece = new String(bytes, i, until - i, StandardCharsets.UTF_8);
      boolean valid =
          i + length <= end
              && Arrays.equals(
                  piece.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(bytes, i, until));
      if (valid) {
        text.append(piece);
        i = until;
      } else {
        text.append((char) (0xdc00 + (bytes[i++] & 0xff)));
      }
    }
    return text.toString();
  }

  private static int sequenceLength(int first) {
    if (first < 0xc0) {
      return 1;
    }
    if (first < 0xe0) {
      return 2;
    }
    return first < 0xf0 ? 3 : 4;
  }
}
