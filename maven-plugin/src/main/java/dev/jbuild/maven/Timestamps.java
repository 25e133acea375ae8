package dev.jbuild.maven;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Maven's time of reproducible builds as text. */
final class Timestamps {
  private static final String USUAL = "0000-00-00T00:00:00Z";

  private Timestamps() {}

  /**
   * Reads ISO 8601 or seconds since 1970.
   *
   * @throws java.time.DateTimeException when it is neither
   * @throws NumberFormatException when it has too many digits
   */
  static Instant parse(String text) {
    if (isLike("0".repeat(text.length()), text)) {
      return Instant.ofEpochSecond(Long.parseLong(text));
    }
    if (!isLike(USUAL, text)) {
      return OffsetDateTime.parse(text).toInstant();
    }
    // What nearly every POM has, without the parser's hundred classes.
    return LocalDateTime.of(
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19))
        .toInstant(ZoneOffset.UTC);
  }

  private static boolean isLike(String pattern, String text) {
    if (pattern.length() != text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (pattern.charAt(i) == '0' ? c < '0' || c > '9' : c != pattern.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}
