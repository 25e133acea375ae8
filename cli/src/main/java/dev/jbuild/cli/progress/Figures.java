package dev.jbuild.cli.progress;

/** Numbers as BuildKit prints them; by hand, since a first {@code String.format} costs 10 ms. */
final class Figures {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final long[] POWERS = {1, 10, 100, 1_000};

  private Figures() {}

  /** Bytes in decimal units with two places, e.g. {@code 29.13MB}; none for plain bytes. */
  static String bytes(long count) {
    if (count < 1000) {
      return count + "B";
    }
    int unit = 0;
    long power = 1;
    while (unit < UNITS.length - 1 && count / power >= 1000) {
      power *= 1000;
      unit++;
    }
    long hundredths = Math.round(count * 100.0 / power);
    return fixed(hundredths, 2) + UNITS[unit];
  }

  /** Seconds with a number of places, e.g. {@code 3.2}. */
  static String seconds(long nanos, int places) {
    long scale = 1_000_000_000L / POWERS[places];
    return fixed((Math.max(0, nanos) + scale / 2) / scale, places);
  }

  /** The time of a line of output since its step began: fewer places as it grows. */
  static String stamp(long nanos) {
    long seconds = nanos / 1_000_000_000L;
    return seconds(nanos, seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
  }

  private static String fixed(long scaled, int places) {
    if (places == 0) {
      return Long.toString(scaled);
    }
    long power = POWERS[places];
    String fraction = Long.toString(scaled % power);
    return scaled / power + "." + "0".repeat(places - fraction.length()) + fraction;
  }
}
