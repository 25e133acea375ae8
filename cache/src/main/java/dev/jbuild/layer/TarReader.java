package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import dev.jbuild.linux.FileStat;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar of any make: V7, ustar, pax, GNU with long names, large numbers and sparse files.
 *
 * <p>Written here because names and extended attributes are bytes: a reader that makes text of them
 * (Commons Compress) loses names that are not UTF-8 and damages {@code security.capability}. Where
 * archives are ambiguous this decides as Go's archive/tar, and so as Docker and containerd: links,
 * folders and devices have no data whatever their size says; global pax headers are passed over.
 */
final class TarReader {
  // No name is longer than PATH_MAX; attributes make up the rest.
  private static final long MAX_EXTENSION = 1 << 20;

  private final InputStream in;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private final byte[] waste = new byte[1 << 14];
  private long left;
  private int padding;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** The next entry, or null at the end of the archive. */
  @Nullable TarEntry next() throws IOException {
    skipData();
    PaxRecords pax = PaxRecords.none();
    String longName = "";
    String longLink = "";
    while (readHeader()) {
      char type = (char) (block[156] & 0xff);
      long size = number(124, 12);
      switch (type) {
        case 'x' -> pax = PaxRecords.parse(extension(size));
        case 'L' -> longName = cString(extension(size));
        case 'K' -> longLink = cString(extension(size));
        case 'g' -> extension(size);
        default -> {
          return entry(type, size, pax, new String[] {longName, longLink});
        }
      }
    }
    return null;
  }

  /** Reads data of the current entry; -1 at its end. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = in.read(bytes, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw truncated();
    }
    left -= count;
    return count;
  }

  private static EOFException truncated() {
    return new EOFException("the archive is truncated");
  }

  private void skipData() throws IOException {
    while (read(waste, 0, waste.length) >= 0) {
      // until the next header
    }
    if (in.readNBytes(waste, 0, padding) < padding) {
      throw truncated();
    }
    padding = 0;
  }

  /** Reads the next header; false at the end, which is a block of zeros or the end of the file. */
  private boolean readHeader() throws IOException {
    int count = in.readNBytes(block, 0, block.length);
    if (count == 0) {
      return false;
    }
    if (count < block.length) {
      throw truncated();
    }
    if (isZero(block)) {
      return false;
    }
    if (!TarHeader.hasChecksum(block)) {
      throw new ArchiveException(
          "not a tar archive, or a damaged one: a header's checksum is wrong");
    }
    return true;
  }

  private static boolean isZero(byte[] bytes) {
    for (byte value : bytes) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private byte[] extension(long size) throws IOException {
    if (size < 0 || size > MAX_EXTENSION) {
      throw new ArchiveException("the archive has an extended header of " + size + " bytes");
    }
    byte[] body = in.readNBytes((int) size);
    int rest = TarFormat.padding(size);
    if (body.length < size || in.readNBytes(rest).length < rest) {
      throw truncated();
    }
    return body;
  }

  private TarEntry entry(char flag, long headerSize, PaxRecords pax, String[] gnu)
      throws IOException {
    String name = name(pax, gnu[0]);
    String link = pax.text("linkpath").orElse(gnu[1].isEmpty() ? field(157, 100) : gnu[1]);
    char type = type(flag, name);
    long size = pax.number("size").orElse(headerSize);
    if (size < 0) {
      throw new ArchiveException("the archive has an entry of negative size: " + name);
    }
    if (type != TarEntry.FILE) {
      size = 0;
    }
    Meta meta =
        Meta.of(
                (int) number(100, 8),
                id(pax.number("uid").orElse(number(108, 8)), name),
                id(pax.number("gid").orElse(number(116, 8)), name),
                pax.time("mtime").orElse(number(136, 12)),
                0)
            .withXattrs(pax.xattrs());
    long device =
        type == TarEntry.CHARACTER || type == TarEntry.BLOCK
            ? FileStat.device((int) number(329, 8), (int) number(337, 8))
            : 0;
    SparseMap holes = SparseMap.NONE;
    left = size;
    padding = TarFormat.padding(size);
    if (flag == 'S') {
      holes = gnuSparse(size);
    } else if (type == TarEntry.FILE && pax.isSparse()) {
      holes = paxSparse(pax);
    }
    return new TarEntry(name, type, meta, left, link, device, holes);
  }

  private String name(PaxRecords pax, String gnuName) throws ArchiveException {
    Optional<String> name = pax.text("GNU.sparse.name");
    if (name.isEmpty()) {
      name = pax.text("path");
    }
    if (name.isPresent()) {
      return name.get();
    }
    return gnuName.isEmpty() ? ustarName() : gnuName;
  }

  private String ustarName() {
    String name = field(0, 100);
    // GNU's magic is "ustar  ": it keeps other things where ustar has the prefix.
    boolean ustar = field(257, 6).equals("ustar") && block[262] == 0;
    String prefix = ustar ? field(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static char type(char flag, String name) throws ArchiveException {
    return switch (flag) {
      // Before ustar a folder was told by its slash alone.
      case '0', '\0', '7' -> name.endsWith("/") ? TarEntry.DIRECTORY : TarEntry.FILE;
      case 'S' -> TarEntry.FILE;
      case '1', '2', '3', '4', '5', '6' -> flag;
      default ->
          throw new ArchiveException(
              "the archive has an entry of unknown type '" + flag + "': " + name);
    };
  }

  private static int id(long value, String name) throws ArchiveException {
    // The highest number means "leave as it is" to chown(2).
    if (value < 0 || value >= 0xffffffffL) {
      throw new ArchiveException("the archive gives " + name + " to an impossible owner: " + value);
    }
    return (int) value;
  }

  private String field(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return FileName.decode(block, offset, end - offset);
  }

  private static String cString(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return FileName.decode(bytes, 0, end);
  }

  private long number(int offset, int length) throws ArchiveException {
    return number(block, offset, length);
  }

  /** Octal digits, or GNU's base 256 when the first bit is set. */
  private static long number(byte[] from, int offset, int length) throws ArchiveException {
    if (from[offset] >= 0) {
      long value = TarHeader.octal(from, offset, length);
      if (value < 0) {
        throw new ArchiveException("the archive has a damaged header");
      }
      return value;
    }
    boolean negative = (from[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int digit = from[offset + i] & 0xff;
      if (i == 0) {
        digit = negative ? digit : digit & 0x7f;
      }
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw new ArchiveException("the archive has a number that is too large");
      }
      value = value << 8 | digit;
    }
    return value;
  }

  /** The old GNU format: four parts in the header, more in blocks after it. */
  private SparseMap gnuSparse(long stored) throws IOException {
    List<Long> numbers = new ArrayList<>();
    long size = number(483, 12);
    sparseParts(numbers, block, 386, 4);
    boolean more = block[482] != 0;
    while (more) {
      byte[] extension = in.readNBytes(TarHeader.BLOCK);
      if (extension.length < TarHeader.BLOCK) {
        throw truncated();
      }
      sparseParts(numbers, extension, 0, 21);
      more = extension[504] != 0;
      limit(numbers);
    }
    return SparseMap.of(size, numbers, stored);
  }

  private static void sparseParts(List<Long> numbers, byte[] from, int offset, int count)
      throws ArchiveException {
    for (int i = 0; i < count; i++) {
      int at = offset + 24 * i;
      if (from[at] == 0) {
        return;
      }
      numbers.add(number(from, at, 12));
      numbers.add(number(from, at + 12, 12));
    }
  }

  private static void limit(List<Long> numbers) throws ArchiveException {
    if (numbers.size() > MAX_EXTENSION) {
      throw new ArchiveException("the archive has a sparse file of too many parts");
    }
  }

  private SparseMap paxSparse(PaxRecords pax) throws IOException {
    boolean one = pax.isSparseOne();
    Optional<Long> size = pax.number(one ? "GNU.sparse.realsize" : "GNU.sparse.size");
    if (size.isEmpty()) {
      throw new ArchiveException("the archive has a sparse file without a size");
    }
    List<Long> numbers = one ? sparseOne() : pax.sparseNumbers();
    return SparseMap.of(size.get(), numbers, left);
  }

  /** Format 1.0: the map is text before the data, padded to a block. */
  private List<Long> sparseOne() throws IOException {
    List<Long> numbers = new ArrayList<>();
    long[] position = {0, 0};
    byte[] map = new byte[TarHeader.BLOCK];
    long expected = 2 * sparseNumber(map, position);
    while (numbers.size() < expected) {
      numbers.add(sparseNumber(map, position));
      limit(numbers);
    }
    return numbers;
  }

  private long sparseNumber(byte[] map, long[] position) throws IOException {
    long value = 0;
    while (true) {
      if (position[0] == position[1]) {
        int count = 0;
        while (count < map.length) {
          int more = read(map, count, map.length - count);
          if (more < 0) {
            throw new ArchiveException("the archive has a broken map of a sparse file");
          }
          count += more;
        }
        position[0] = 0;
        position[1] = map.length;
      }
      byte digit = map[(int) position[0]++];
      if (digit == '\n') {
        return value;
      }
      if (digit < '0' || digit > '9' || value > Long.MAX_VALUE / 10 - 1) {
        throw new ArchiveException("the archive has a broken map of a sparse file");
      }
      value = value * 10 + digit - '0';
    }
  }
}
