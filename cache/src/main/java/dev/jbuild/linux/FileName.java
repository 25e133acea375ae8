package dev.jbuild.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * File names as text, without loss.
 *
 * <p>To Linux a name is bytes, mostly UTF-8. Bytes that are not become the lone surrogates U+DC80
 * to U+DCFF and turn back into the same bytes (the scheme of Python's PEP 383), so that names in
 * any encoding survive and compare.
 */
public final class FileName {
  private static final int ESCAPE = 0xdc00;

  private FileName() {}

  /** The text of a name's bytes. */
  public static String decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** The text of a name's bytes. */
  public static String decode(byte[] bytes, int offset, int length) {
    int end = offset + length;
    boolean ascii = true;
    for (int i = offset; i < end; i++) {
      if (bytes[i] < 0) {
        ascii = false;
        break;
      }
    }
    if (ascii) {
      return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
    return decodeOther(bytes, offset, end);
  }

  private static String decodeOther(byte[] bytes, int offset, int end) {
    StringBuilder text = new StringBuilder(end - offset);
    int at = offset;
    while (at < end) {
      int length = sequence(bytes, at, end);
      if (length == 0) {
        text.append((char) (ESCAPE + (bytes[at] & 0xff)));
        at++;
      } else {
        text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
        at += length;
      }
    }
    return text.toString();
  }

  /** The length of the well-formed UTF-8 sequence that begins here, or 0 (Unicode, table 3-7). */
  private static int sequence(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xff;
    if (first < 0x80) {
      return 1;
    }
    int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length > end) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    int second = bytes[at + 1] & 0xff;
    boolean overlong = first == 0xe0 && second < 0xa0 || first == 0xf0 && second < 0x90;
    boolean beyond = first == 0xed && second > 0x9f || first == 0xf4 && second > 0x8f;
    return overlong || beyond ? 0 : length;
  }

  /** Tells whether a name's bytes are UTF-8. */
  public static boolean isUtf8(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isSurrogate(name.charAt(i)) && hasEscapes(name)) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a name. */
  public static byte[] encode(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isSurrogate(name.charAt(i))) {
        return hasEscapes(name) ? encodeEscapes(name) : name.getBytes(StandardCharsets.UTF_8);
      }
    }
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean hasEscapes(String name) {
    int i = 0;
    while (i < name.length()) {
      int point = name.codePointAt(i);
      if (isEscape(point)) {
        return true;
      }
      i += Character.charCount(point);
    }
    return false;
  }

  private static byte[] encodeEscapes(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length() * 2);
    int i = 0;
    while (i < name.length()) {
      int point = name.codePointAt(i);
      if (isEscape(point)) {
        bytes.write(point - ESCAPE);
      } else {
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(point);
    }
    return bytes.toByteArray();
  }

  private static boolean isEscape(int point) {
    return point >= ESCAPE + 0x80 && point <= ESCAPE + 0xff;
  }
}
