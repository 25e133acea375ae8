package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import dev.jbuild.linux.FileStat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the headers of a deterministic tar: POSIX ustar, with a pax header only where ustar has no
 * room (image-spec, layer.md, and POSIX pax, Interchange Formats).
 *
 * <p>Times are whole seconds, owners are numbers without names, and nothing tells of this machine.
 */
final class TarFormat {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final long MAX_ID = 07777777;
  private static final long MAX_OCTAL = 077777777777L;
  private static final int NAME = 100;
  private static final int PREFIX = 155;

  private TarFormat() {}

  /** The header of an item, with its pax header before it, and an opaque mark after it. */
  static byte[] header(TreeItem item, long size) {
    byte[] link = FileName.encode(item.link());
    byte[] name = item.name();
    if (item.kind() == TreeItem.Kind.DIRECTORY) {
      name = Arrays.copyOf(name, name.length + 1);
      name[name.length - 1] = '/';
    }
    Map<String, byte[]> pax = pax(item, name, link, size);
    if (pax.isEmpty() && !item.opaque()) {
      return block(item, name, link, size, item.kind().typeflag);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(4 * BLOCK);
    if (!pax.isEmpty()) {
      writePax(out, name, pax);
    }
    out.writeBytes(block(item, name, link, size, item.kind().typeflag));
    if (item.opaque()) {
      out.writeBytes(header(TreeItem.opaqueMark(item.path()), 0));
    }
    return out.toByteArray();
  }

  /** What follows the content of a file up to the next block. */
  static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  /** Two blocks of zeros. */
  static byte[] end() {
    return new byte[2 * BLOCK];
  }

  private static final Map<String, byte[]> NO_PAX = Map.of();

  private static Map<String, byte[]> pax(TreeItem item, byte[] name, byte[] link, long size) {
    Meta meta = item.meta();
    boolean longName = name.length > NAME && split(name) < 0;
    boolean longLink = link.length > NAME;
    boolean bigTime = meta.mtimeSec() < 0 || meta.mtimeSec() > MAX_OCTAL;
    boolean bigIds = isBig(meta.uid()) || isBig(meta.gid());
    if (!longName
        && !longLink
        && !bigTime
        && !bigIds
        && size <= MAX_OCTAL
        && meta.xattrs().isEmpty()) {
      return NO_PAX;
    }
    // Hard links share attributes with the file that they name; so do readers.
    Map<String, byte[]> records = new TreeMap<>();
    if (longName || longLink) {
      if (!FileName.isUtf8(item.path()) || !FileName.isUtf8(item.link())) {
        records.put("hdrcharset", ascii("BINARY"));
      }
      put(records, longName, "path", name);
      put(records, longLink, "linkpath", link);
    }
    put(records, bigTime, "mtime", ascii(Long.toString(meta.mtimeSec())));
    put(records, isBig(meta.uid()), "uid", ascii(Integer.toUnsignedString(meta.uid())));
    put(records, isBig(meta.gid()), "gid", ascii(Integer.toUnsignedString(meta.gid())));
    put(records, size > MAX_OCTAL, "size", ascii(Long.toString(size)));
    if (item.kind() != TreeItem.Kind.HARD_LINK) {
      meta.xattrs().forEach((key, value) -> records.put("SCHILY.xattr." + key, value.bytes()));
    }
    return records;
  }

  private static boolean isBig(int id) {
    return Integer.toUnsignedLong(id) > MAX_ID;
  }

  private static void put(Map<String, byte[]> records, boolean needed, String key, byte[] value) {
    if (needed) {
      records.put(key, value);
    }
  }

  private static void writePax(
      ByteArrayOutputStream out, byte[] name, Map<String, byte[]> records) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    records.forEach((key, value) -> writeRecord(body, FileName.encode(key), value));
    byte[] label = Arrays.copyOf(ascii("PaxHeaders/"), 11 + Math.min(name.length, NAME - 12));
    System.arraycopy(name, 0, label, 11, label.length - 11);
    TreeItem header =
        new TreeItem(TreeItem.Kind.FILE, "", label, Meta.of(0644, 0, 0, 0, 0), 0, "", 0, false);
    out.writeBytes(block(header, label, new byte[0], body.size(), (byte) 'x'));
    out.writeBytes(body.toByteArray());
    out.writeBytes(new byte[padding(body.size())]);
  }

  /** A record says its own length, the digits of the length included. */
  private static void writeRecord(ByteArrayOutputStream body, byte[] key, byte[] value) {
    int rest = key.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    if (rest + Integer.toString(length).length() != length) {
      length++;
    }
    body.writeBytes(ascii(Integer.toString(length)));
    body.write(' ');
    body.writeBytes(key);
    body.write('=');
    body.writeBytes(value);
    body.write('\n');
  }

  private static byte[] block(TreeItem item, byte[] name, byte[] link, long size, byte type) {
    byte[] block = new byte[BLOCK];
    Meta meta = item.meta();
    int split = name.length > NAME ? split(name) : -1;
    if (split > 0) {
      System.arraycopy(name, 0, block, 345, split);
      System.arraycopy(name, split + 1, block, 0, name.length - split - 1);
    } else {
      System.arraycopy(name, 0, block, 0, Math.min(name.length, NAME));
    }
    octal(block, 100, 8, meta.mode());
    octal(block, 108, 8, isBig(meta.uid()) ? 0 : meta.uid());
    octal(block, 116, 8, isBig(meta.gid()) ? 0 : meta.gid());
    octal(block, 124, 12, size > MAX_OCTAL ? 0 : size);
    octal(block, 136, 12, Math.min(Math.max(meta.mtimeSec(), 0), MAX_OCTAL));
    block[156] = type;
    System.arraycopy(link, 0, block, 157, Math.min(link.length, NAME));
    System.arraycopy(ascii("ustar\00000"), 0, block, 257, 8);
    boolean device = item.kind() == TreeItem.Kind.CHARACTER || item.kind() == TreeItem.Kind.BLOCK;
    octal(block, 329, 8, device ? FileStat.major(item.device()) : 0);
    octal(block, 337, 8, device ? FileStat.minor(item.device()) : 0);
    checksum(block);
    return block;
  }

  private static void checksum(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xff;
    }
    octal(block, 148, 7, sum);
  }

  /** Where to cut a name so that both parts have room, or -1. */
  private static int split(byte[] name) {
    int last = Math.min(PREFIX, name.length - 2);
    for (int i = last; i > 0 && name.length - i - 1 <= NAME; i--) {
      if (name[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  private static void octal(byte[] block, int offset, int length, long value) {
    long rest = value;
    for (int i = offset + length - 2; i >= offset; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>>= 3;
    }
    block[offset + length - 1] = 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
