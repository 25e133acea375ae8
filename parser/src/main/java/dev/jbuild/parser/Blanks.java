package dev.jbuild.parser;

/** What counts as blank: two answers, both of them BuildKit's. */
final class Blanks {
  private Blanks() {}

  /** Separates the words of most instructions. */
  static boolean isAscii(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u000B';
  }

  /** Unicode's White_Space, which separates quoted words and is trimmed from ends. */
  static boolean isAny(char c) {
    if (c < 0x80) {
      return isAscii(c) || c == '\n';
    }
    return c == '\u0085' || c == '\u00A0' || c >= 0x1680 && Character.isSpaceChar(c);
  }

  static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isAny(text.charAt(start))) {
      start++;
    }
    while (end > start && isAny(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  static String trimStart(String text) {
    int start = 0;
    while (start < text.length() && isAny(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }
}
