package dev.jbuild.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Reads gzip (RFC 1952), all members of it.
 *
 * <p>{@code java.util.zip.GZIPInputStream} asks {@code available()} whether another member follows,
 * which a network stream may deny: it would silently end at the first member of a seekable layer.
 */
final class GunzipStream extends InputStream {
  private static final int HAS_CRC = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;

  private final InputStream in;
  private final byte[] input = new byte[1 << 16];
  private int position;
  private int limit;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private long length;
  private boolean ended;

  GunzipStream(InputStream in) throws IOException {
    this.in = in;
    readHeader(next());
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
    while (!ended) {
      int produced = inflate(bytes, offset, count);
      if (produced > 0) {
        crc.update(bytes, offset, produced);
        length += produced;
        return produced;
      }
      if (inflater.finished()) {
        endMember();
      }
    }
    return -1;
  }

  private int inflate(byte[] bytes, int offset, int count) throws IOException {
    try {
      if (inflater.needsInput() && !inflater.finished()) {
        if (position == limit && !fill()) {
          throw new EOFException("gzip stream is truncated");
        }
        inflater.setInput(input, position, limit - position);
        position = limit;
      }
      int produced = inflater.inflate(bytes, offset, count);
      if (produced == 0 && inflater.needsDictionary()) {
        throw new ZipException("gzip stream wants a dictionary");
      }
      return produced;
    } catch (DataFormatException e) {
      throw new ZipException("gzip stream is corrupt: " + e.getMessage());
    }
  }

  private void endMember() throws IOException {
    position = limit - inflater.getRemaining();
    if (number(4) != crc.getValue()) {
      throw new ZipException("gzip stream is corrupt: wrong checksum");
    }
    if (number(4) != (length & 0xffffffffL)) {
      throw new ZipException("gzip stream is corrupt: wrong length");
    }
    int first = nextOrEnd();
    // Tapes and some tools pad with zeros, which gzip itself accepts too.
    while (first == 0) {
      first = nextOrEnd();
    }
    if (first < 0) {
      ended = true;
      return;
    }
    inflater.reset();
    crc.reset();
    length = 0;
    readHeader(first);
  }

  private void readHeader(int first) throws IOException {
    if (first != 0x1f || next() != 0x8b || next() != 8) {
      throw new ZipException("not in gzip format");
    }
    int flags = next();
    skip(6);
    if ((flags & HAS_EXTRA) != 0) {
      skip((int) number(2));
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_CRC) != 0) {
      skip(2);
    }
  }

  private void skipText() throws IOException {
    while (next() != 0) {
      // up to the terminating zero
    }
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      next();
    }
  }

  private long number(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) next() << (8 * i);
    }
    return value;
  }

  private int next() throws IOException {
    int value = nextOrEnd();
    if (value < 0) {
      throw new EOFException("gzip stream is truncated");
    }
    return value;
  }

  private int nextOrEnd() throws IOException {
    return position < limit || fill() ? input[position++] & 0xff : -1;
  }

  private boolean fill() throws IOException {
    int count = in.read(input, 0, input.length);
    position = 0;
    limit = Math.max(count, 0);
    return count > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    ended = true;
    in.close();
  }
}
