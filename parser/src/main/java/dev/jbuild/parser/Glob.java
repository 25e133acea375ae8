package dev.jbuild.parser;

/**
 * The patterns of {@code ${v#p}} and kin: {@code *} and {@code ?}, a backslash takes them as they
 * are.
 */
final class Glob {
  private Glob() {}

  static String stripPrefix(String value, String pattern, boolean longest) {
    for (int i = 0; i <= value.length(); i++) {
      int length = longest ? value.length() - i : i;
      if (matches(pattern, value.substring(0, length))) {
        return value.substring(length);
      }
    }
    return value;
  }

  static String stripSuffix(String value, String pattern, boolean longest) {
    for (int i = 0; i <= value.length(); i++) {
      int start = longest ? i : value.length() - i;
      if (matches(pattern, value.substring(start))) {
        return value.substring(0, start);
      }
    }
    return value;
  }

  static String replace(String value, String pattern, String replacement, boolean all) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    boolean done = false;
    while (at < value.length()) {
      int end = done ? -1 : longestMatch(value, at, pattern);
      if (end > at) {
        out.append(replacement);
        at = end;
        done = !all;
      } else {
        out.append(value.charAt(at++));
      }
    }
    return out.toString();
  }

  private static int longestMatch(String value, int start, String pattern) {
    for (int end = value.length(); end > start; end--) {
      if (matches(pattern, value.substring(start, end))) {
        return end;
      }
    }
    return -1;
  }

  private static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int mark = 0;
    while (t < text.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : 0;
      boolean escaped = c == '\\' && p + 1 < pattern.length();
      if (p < pattern.length() && c == '*' && !escaped) {
        star = p++;
        mark = t;
      } else if (escaped && pattern.charAt(p + 1) == text.charAt(t)) {
        p += 2;
        t++;
      } else if (p < pattern.length() && !escaped && (c == '?' || c == text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
