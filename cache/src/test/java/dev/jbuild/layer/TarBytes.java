package dev.jbuild.layer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Puts archives together byte by byte, also such as no tool would write. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarBytes file(String name, String content) {
    return entry('0', name, "", content.getBytes(StandardCharsets.UTF_8));
  }

  TarBytes folder(String name) {
    return entry('5', name, "", new byte[0]);
  }

  TarBytes symlink(String name, String target) {
    return entry('2', name, target, new byte[0]);
  }

  TarBytes hardLink(String name, String target) {
    return entry('1', name, target, new byte[0]);
  }

  TarBytes entry(char type, String name, String link, byte[] content) {
    return header(type, name, link, content.length).data(content);
  }

  /** A header alone, which may say anything. */
  TarBytes header(char type, String name, String link, long size) {
    byte[] block = block(type, name, link, size);
    return raw(sum(block));
  }

  TarBytes device(String name, char type, int major, int minor) {
    byte[] block = block(type, name, "", 0);
    text(block, 329, "%07o".formatted(major));
    text(block, 337, "%07o".formatted(minor));
    return raw(sum(block));
  }

  static byte[] block(char type, String name, String link, long size) {
    byte[] block = new byte[512];
    text(block, 0, name);
    text(block, 100, "0000644");
    text(block, 108, "0000000");
    text(block, 116, "0000000");
    text(block, 124, "%011o".formatted(size));
    text(block, 136, "14000000000");
    block[156] = (byte) type;
    text(block, 157, link);
    text(block, 257, "ustar");
    text(block, 263, "00");
    return block;
  }

  static void text(byte[] block, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  static byte[] sum(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xff;
    }
    text(block, 148, "%06o\0 ".formatted(sum));
    return block;
  }

  /** A pax header for the next entry. */
  TarBytes pax(String... records) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String record : records) {
      int length = record.length() + 2;
      while (Integer.toString(length).length() + record.length() + 2 != length) {
        length++;
      }
      body.writeBytes((length + " " + record + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }
    return entry('x', "pax", "", body.toByteArray());
  }

  TarBytes data(byte[] content) {
    raw(content);
    return raw(new byte[-content.length & 511]);
  }

  TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  byte[] end() {
    raw(new byte[1024]);
    return out.toByteArray();
  }

  byte[] unfinished() {
    return out.toByteArray();
  }
}
