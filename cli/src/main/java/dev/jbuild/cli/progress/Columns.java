package dev.jbuild.cli.progress;

/** How much of a line a terminal shows: escape sequences take no column, wide characters two. */
final class Columns {
  private static final char ESCAPE = 0x1b;

  private Columns() {}

  /** The columns that a text takes. */
  static int width(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      width += width(c);
      i += Character.charCount(c);
    }
    return width;
  }

  /** The longest beginning that fits. */
  static String clip(String text, int columns) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      width += width(c);
      if (width > columns) {
        return text.substring(0, i);
      }
      i += Character.charCount(c);
    }
    return text;
  }

  /** Text on the left, text on the right, blanks between them to fill the line. */
  static String align(String left, String right, int columns) {
    int gap = columns - width(left) - width(right);
    return left + " ".repeat(Math.max(1, gap)) + right;
  }

  /**
   * A line as it looks once printed: no escape sequences (ECMA-48, 5.4), only what follows the last
   * carriage return, tabs and other control characters as blanks.
   */
  static String plain(String line) {
    String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    text = text.substring(text.lastIndexOf('\r') + 1);
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ESCAPE) {
        i = endOfEscape(text, i);
      } else {
        plain.append(Character.isISOControl(c) ? ' ' : c);
      }
    }
    return plain.toString();
  }

  /** The index of the last character of the escape sequence that begins here. */
  private static int endOfEscape(String text, int start) {
    int i = start + 1;
    if (i >= text.length()) {
      return start;
    }
    char kind = text.charAt(i);
    if (kind == '[') {
      for (i++; i < text.length(); i++) {
        if (text.charAt(i) >= 0x40 && text.charAt(i) <= 0x7e) {
          return i;
        }
      }
      return text.length() - 1;
    }
    if (kind == ']') {
      for (i++; i < text.length(); i++) {
        if (text.charAt(i) == 0x07 || text.charAt(i) == '\\') {
          return i;
        }
      }
      return text.length() - 1;
    }
    return i;
  }

  private static int width(int c) {
    if (c < 0x300) {
      return 1;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        c >= 0x1100 && c <= 0x115f
            || c >= 0x2e80 && c <= 0xa4cf
            || c >= 0xac00 && c <= 0xd7a3
            || c >= 0xf900 && c <= 0xfaff
            || c >= 0xfe30 && c <= 0xfe6f
            || c >= 0xff00 && c <= 0xff60
            || c >= 0xffe0 && c <= 0xffe6
            || c >= 0x1f300 && c <= 0x1faff
            || c >= 0x20000 && c <= 0x3fffd;
    return wide ? 2 : 1;
  }
}
