package dev.jbuild.parser;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 1h30m}, {@code 500ms}. */
final class Durations {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");

  private Durations() {}

  /** In nanoseconds. */
  static long parse(String text) {
    if (text.equals("0")) {
      return 0;
    }
    Matcher matcher = PART.matcher(text);
    double total = 0;
    int at = 0;
    while (at < text.length() && matcher.find(at) && matcher.start() == at) {
      total += Double.parseDouble(matcher.group(1)) * unit(matcher.group(2));
      at = matcher.end();
    }
    if (at == 0 || at < text.length()) {
      throw new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
    return (long) total;
  }

  private static double unit(String name) {
    return switch (name) {
      case "ns" -> 1;
      case "us", "µs" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      default -> 3600e9;
    };
  }
}
