package dev.jbuild.layer;

/** The 512-byte block before every entry of a tar (POSIX pax, ustar Interchange Format). */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;

  private TarHeader() {}

  /** Tells whether a block can be a header: its checksum is right. */
  static boolean isHeader(byte[] block) {
    return block.length == BLOCK && hasChecksum(block);
  }

  /** Old tars summed signed bytes; both sums are accepted, as GNU tar does. */
  static boolean hasChecksum(byte[] block) {
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte value = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : block[i];
      unsigned += value & 0xff;
      signed += value;
    }
    long stored = octal(block, CHECKSUM, 8);
    return stored == unsigned || stored == signed;
  }

  /** A number of octal digits, or -1 when it is none. */
  static long octal(byte[] block, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end && (block[at] == ' ' || block[at] == 0)) {
      at++;
    }
    long value = 0;
    while (at < end && block[at] != ' ' && block[at] != 0) {
      if (block[at] < '0' || block[at] > '7') {
        return -1;
      }
      value = value << 3 | (block[at] - '0');
      at++;
    }
    return value;
  }
}
