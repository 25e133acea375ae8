package dev.jbuild.copy;

/** Patterns of a COPY source: {@code * ? [a-z] \}, never across a slash (Go's filepath.Match). */
final class Wildcard {
  private Wildcard() {}

  static boolean isPattern(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '*' || c == '?' || c == '[' || c == '\\') {
        return true;
      }
    }
    return false;
  }

  /**
   * Tells whether a single name matches a pattern without slashes.
   *
   * @throws CopyException when the pattern is malformed
   */
  static boolean matches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int mark = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        mark = n;
        continue;
      }
      int next = p < pattern.length() ? one(pattern, p, name.charAt(n)) : -1;
      if (next >= 0) {
        p = next;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /** Matches one character; the index behind the matched part of the pattern, or -1. */
  private static int one(String pattern, int p, char c) {
    return switch (pattern.charAt(p)) {
      case '?' -> p + 1;
      case '[' -> bracket(pattern, p, c);
      case '\\' -> {
        if (p + 1 >= pattern.length()) {
          throw malformed(pattern);
        }
        yield pattern.charAt(p + 1) == c ? p + 2 : -1;
      }
      default -> pattern.charAt(p) == c ? p + 1 : -1;
    };
  }

  private static int bracket(String pattern, int open, char c) {
    int p = open + 1;
    boolean negated = p < pattern.length() && pattern.charAt(p) == '^';
    if (negated) {
      p++;
    }
    boolean found = false;
    boolean first = true;
    while (p < pattern.length() && (first || pattern.charAt(p) != ']')) {
      first = false;
      if (pattern.charAt(p) == '\\') {
        p++;
      }
      if (p >= pattern.length()) {
        throw malformed(pattern);
      }
      char low = pattern.charAt(p++);
      char high = low;
      if (p + 1 < pattern.length() && pattern.charAt(p) == '-' && pattern.charAt(p + 1) != ']') {
        high = pattern.charAt(p + 1);
        p += 2;
      }
      found |= low <= c && c <= high;
    }
    if (p >= pattern.length()) {
      throw malformed(pattern);
    }
    return found != negated ? p + 1 : -1;
  }

  private static CopyException malformed(String pattern) {
    return new CopyException("syntax error in pattern: " + pattern);
  }
}
