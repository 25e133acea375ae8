package dev.jbuild.cli.format;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/** Sizes in bytes, as people read and write them (docker/go-units, size.go). */
public final class Sizes {
  private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Sizes() {}

  /** Decimal units and three digits, e.g. {@code 1.24GB}. */
  public static String human(long bytes) {
    return in(bytes, 1000, 3, DECIMAL);
  }

  /** Decimal units and four digits, as space that was reclaimed is printed. */
  public static String precise(long bytes) {
    return in(bytes, 1000, 4, DECIMAL);
  }

  /** Binary units and four digits, as memory is printed, e.g. {@code 15.61GiB}. */
  public static String binary(long bytes) {
    return in(bytes, 1024, 4, BINARY);
  }

  private static String in(long bytes, int base, int digits, String[] units) {
    BigDecimal value = BigDecimal.valueOf(bytes);
    BigDecimal step = BigDecimal.valueOf(base);
    MathContext rounding = new MathContext(digits, RoundingMode.HALF_EVEN);
    int unit = 0;
    while (unit < units.length - 1 && value.abs().compareTo(step) >= 0) {
      value = value.divide(step, MathContext.DECIMAL64);
      unit++;
    }
    BigDecimal rounded = value.round(rounding);
    // 999.9kB rounds to a thousand of its unit, which is one of the next
    if (rounded.abs().compareTo(step) >= 0 && unit < units.length - 1) {
      rounded = rounded.divide(step, rounding);
      unit++;
    }
    String text = rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    return text + units[unit];
  }

  /**
   * Reads a size such as {@code 64m}, {@code 1.5g} or {@code 512kb}; units are binary, as in the
   * flags of docker.
   *
   * @return empty when it is no size
   */
  public static Optional<Long> parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int end = 0;
    while (end < lower.length()
        && (Character.isDigit(lower.charAt(end)) || lower.charAt(end) == '.')) {
      end++;
    }
    String unit = lower.substring(end).strip();
    if (unit.endsWith("ib")) {
      unit = unit.substring(0, unit.length() - 2);
    } else if (unit.length() > 1 && unit.endsWith("b")) {
      unit = unit.substring(0, unit.length() - 1);
    }
    int power =
        switch (unit) {
          case "", "b" -> 0;
          case "k" -> 1;
          case "m" -> 2;
          case "g" -> 3;
          case "t" -> 4;
          case "p" -> 5;
          default -> -1;
        };
    if (end == 0 || power < 0) {
      return Optional.empty();
    }
    try {
      if (lower.lastIndexOf('.', end) < 0 && end < 10 && power < 4) {
        // as nearly all are written; the first BigDecimal of a process takes 10 ms
        return Optional.of(Long.parseLong(lower, 0, end, 10) << 10 * power);
      }
      BigDecimal number = new BigDecimal(lower.substring(0, end));
      return Optional.of(
          number.multiply(BigDecimal.valueOf(1024).pow(power)).toBigInteger().longValueExact());
    } catch (ArithmeticException | NumberFormatException _) {
      return Optional.empty();
    }
  }
}
