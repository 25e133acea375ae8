package dev.jbuild.copy;

import dev.jbuild.parser.NamePattern;

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
    try {
      return NamePattern.matches(pattern, name);
    } catch (IllegalArgumentException e) {
      throw new CopyException("syntax error in pattern: " + pattern, e);
    }
  }
}
