package dev.jbuild.parser;

/**
 * A pattern of a name, {@code * ? [a-z] \}, never across a slash, as Go's {@code filepath.Match}
 * has them: brackets are negated by {@code ^} alone, and hold at least one character. A pattern is
 * looked at as far as the name takes it, so that what is malformed behind that is not noticed.
 */
public final class NamePattern {
  private static final int NONE = -1;

  private final String pattern;
  private final String name;

  /** Where the pattern is read. */
  private int at;

  private NamePattern(String pattern, String name) {
    this.pattern = pattern;
    this.name = name;
  }

  /**
   * Tells whether a name matches a pattern.
   *
   * @throws IllegalArgumentException when the pattern is malformed
   */
  public static boolean matches(String pattern, String name) {
    return new NamePattern(pattern, name).matches();
  }

  /** What is thrown where a pattern is malformed. */
  static IllegalArgumentException malformed(String pattern) {
    return new IllegalArgumentException("syntax error in pattern: " + GoText.quote(pattern));
  }

  private boolean matches() {
    int matched = 0;
    while (at < pattern.length()) {
      boolean star = pattern.charAt(at) == '*';
      while (at < pattern.length() && pattern.charAt(at) == '*') {
        at++;
      }
      int end = endOfPart();
      if (star && at == end) {
        return name.indexOf('/', matched) < 0;
      }
      matched = star ? anywhere(end, matched) : here(end, matched);
      if (matched == NONE) {
        return false;
      }
      at = end;
    }
    return matched == name.length();
  }

  /** Up to the next star. */
  private int endOfPart() {
    boolean brackets = false;
    int end = at;
    for (; end < pattern.length(); end++) {
      switch (pattern.charAt(end)) {
        case '\\' -> end = Math.min(end + 1, pattern.length() - 1);
        case '[' -> brackets = true;
        case ']' -> brackets = false;
        case '*' -> {
          if (!brackets) {
            return end;
          }
        }
        default -> {}
      }
    }
    return end;
  }

  private int anywhere(int end, int from) {
    int start = at;
    int found = here(end, from);
    for (int i = from; found == NONE && i < name.length() && name.charAt(i) != '/'; i++) {
      at = start;
      found = here(end, i + 1);
    }
    return found;
  }

  /** Where the part ends in the name; the last one has to reach its end. */
  private int here(int end, int from) {
    int matched = part(end, from);
    return end == pattern.length() && matched != name.length() ? NONE : matched;
  }

  /** All of the part is read, also behind what does not match: it may be malformed. */
  private int part(int end, int from) {
    int n = from;
    boolean same = true;
    while (at < end) {
      same &= n < name.length();
      int c = same ? name.codePointAt(n) : 0;
      boolean one =
          switch (pattern.charAt(at)) {
            case '[' -> brackets(end, c);
            case '?' -> {
              at++;
              yield c != '/';
            }
            default -> literal(end) == c;
          };
      same &= one;
      n += same ? Character.charCount(c) : 0;
    }
    return same ? n : NONE;
  }

  private boolean brackets(int end, int c) {
    at++;
    boolean negated = at < end && pattern.charAt(at) == '^';
    if (negated) {
      at++;
    }
    boolean found = false;
    for (boolean first = true; first || pattern.charAt(at) != ']'; first = false) {
      int low = member(end);
      int high = low;
      if (pattern.charAt(at) == '-') {
        at++;
        high = member(end);
      }
      found |= low <= c && c <= high;
    }
    at++;
    return found != negated;
  }

  private int member(int end) {
    if (at == end || pattern.charAt(at) == '-' || pattern.charAt(at) == ']') {
      throw malformed(pattern);
    }
    int member = literal(end);
    if (at == end) {
      throw malformed(pattern);
    }
    return member;
  }

  private int literal(int end) {
    if (pattern.charAt(at) == '\\') {
      at++;
    }
    if (at == end) {
      throw malformed(pattern);
    }
    int literal = pattern.codePointAt(at);
    at += Character.charCount(literal);
    return literal;
  }
}
