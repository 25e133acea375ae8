package dev.jbuild.layer;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Collects small writes into large ones. Digests and files both cost by the call, and a tree makes
 * some ten small writes for every file.
 */
final class ByteSink extends OutputStream {
  private static final int SIZE = 1 << 16;

  private final OutputStream out;
  private final byte[] buffer = new byte[SIZE];
  private int filled;

  ByteSink(OutputStream out) {
    this.out = out;
  }

  /** Feeds a digest. Writing to it, and flushing it, never fails. */
  static ByteSink into(MessageDigest digest) {
    return new ByteSink(
        new OutputStream() {
          @Override
          public void write(int value) {
            digest.update((byte) value);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
          }
        });
  }

  @Override
  public void write(int value) throws IOException {
    room(1);
    buffer[filled++] = (byte) value;
  }

  void writeInt(int value) throws IOException {
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      buffer[filled++] = (byte) (value >>> shift);
    }
  }

  void writeLong(long value) throws IOException {
    writeInt((int) (value >>> 32));
    writeInt((int) value);
  }

  /** Writes the length and then the bytes. */
  void writeSized(byte[] bytes) throws IOException {
    writeInt(bytes.length);
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > SIZE / 2) {
      pass();
      out.write(bytes, offset, length);
      return;
    }
    room(length);
    System.arraycopy(bytes, offset, buffer, filled, length);
    filled += length;
  }

  private void room(int length) throws IOException {
    if (filled + length > SIZE) {
      pass();
    }
  }

  private void pass() throws IOException {
    out.write(buffer, 0, filled);
    filled = 0;
  }

  @Override
  public void flush() throws IOException {
    pass();
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
