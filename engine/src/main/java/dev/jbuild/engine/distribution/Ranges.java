package dev.jbuild.engine.distribution;

import java.util.Optional;

/** The ranges of requests: of what is read (RFC 9110), and of chunks that are sent (spec.md). */
final class Ranges {
  private Ranges() {}

  /**
   * One range of bytes, first and last; what is malformed or has several ranges is passed over, as
   * a server may.
   */
  static Optional<long[]> parse(String text, long size) {
    if (!text.startsWith("bytes=") || text.indexOf(',') >= 0) {
      return Optional.empty();
    }
    int hyphen = text.indexOf('-');
    if (hyphen < 0) {
      return Optional.empty();
    }
    String first = text.substring("bytes=".length(), hyphen).strip();
    String last = text.substring(hyphen + 1).strip();
    long from = number(first);
    long to = number(last);
    if (first.isEmpty() && to > 0) {
      return Optional.of(new long[] {Math.max(0, size - to), size - 1});
    }
    if (from < 0 || !last.isEmpty() && to < from) {
      return Optional.empty();
    }
    return Optional.of(new long[] {from, last.isEmpty() ? size - 1 : Math.min(to, size - 1)});
  }

  /** Whether a chunk's {@code first-last} begins there, and is in order itself. */
  static boolean beginsAt(String text, long size) {
    String range = text.startsWith("bytes ") ? text.substring("bytes ".length()) : text;
    int slash = range.indexOf('/');
    range = slash < 0 ? range : range.substring(0, slash);
    int hyphen = range.indexOf('-');
    if (hyphen < 0) {
      return false;
    }
    long from = number(range.substring(0, hyphen));
    long to = number(range.substring(hyphen + 1));
    return from == size && to >= from;
  }

  private static long number(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 18;
    return digits && text.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(text) : -1;
  }
}
