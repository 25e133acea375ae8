package dev.jbuild.parser;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Durations as Go writes them: {@code 1h30m}, {@code 500ms}. */
final class Durations {
  private static final int LONGEST = 64;

  private Durations() {}

  /**
   * In nanoseconds.
   *
   * @throws IllegalArgumentException in Go's words
   */
  static long parse(String text) {
    boolean negative = text.startsWith("-");
    String rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return 0;
    }
    if (rest.isEmpty() || text.length() > LONGEST) {
      throw invalid(text);
    }
    BigDecimal total = BigDecimal.ZERO;
    int at = 0;
    while (at < rest.length()) {
      int unit = endOfNumber(rest, at);
      int end = endOfUnit(rest, unit);
      total =
          total.add(number(text, rest.substring(at, unit)).multiply(unit(text, rest, unit, end)));
      at = end;
    }
    try {
      long nanos = total.setScale(0, RoundingMode.DOWN).longValueExact();
      return negative ? -nanos : nanos;
    } catch (ArithmeticException _) {
      throw invalid(text);
    }
  }

  private static int endOfNumber(String text, int from) {
    int end = from;
    while (end < text.length() && isNumberPart(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int endOfUnit(String text, int from) {
    int end = from;
    while (end < text.length() && !isNumberPart(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isNumberPart(char c) {
    return c == '.' || c >= '0' && c <= '9';
  }

  private static BigDecimal number(String text, String digits) {
    try {
      return new BigDecimal(digits);
    } catch (NumberFormatException _) {
      throw invalid(text);
    }
  }

  private static BigDecimal unit(String text, String rest, int from, int end) {
    if (from == end) {
      throw new IllegalArgumentException("time: missing unit in duration " + GoText.quote(text));
    }
    return switch (rest.substring(from, end)) {
      case "ns" -> BigDecimal.ONE;
      case "us", "\u00b5s", "\u03bcs" -> BigDecimal.valueOf(1_000);
      case "ms" -> BigDecimal.valueOf(1_000_000);
      case "s" -> BigDecimal.valueOf(1_000_000_000L);
      case "m" -> BigDecimal.valueOf(60_000_000_000L);
      case "h" -> BigDecimal.valueOf(3_600_000_000_000L);
      default ->
          throw new IllegalArgumentException(
              "time: unknown unit "
                  + GoText.quote(rest.substring(from, end))
                  + " in duration "
                  + GoText.quote(text));
    };
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("time: invalid duration " + GoText.quote(text));
  }
}
