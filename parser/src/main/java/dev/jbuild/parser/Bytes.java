package dev.jbuild.parser;

import java.util.Locale;
import java.util.OptionalLong;

/** Sizes as Docker reads them: {@code 64m}, {@code 1.5 GiB}; units are powers of 1024. */
final class Bytes {
  private static final String UNITS = "kmgtp";

  private Bytes() {}

  static OptionalLong parse(String text) {
    int end = text.length();
    while (end > 0 && "0123456789. ".indexOf(text.charAt(end - 1)) < 0) {
      end--;
    }
    String unit = text.substring(end).toLowerCase(Locale.ROOT);
    String number =
        end > 0 && text.charAt(end - 1) == ' '
            ? text.substring(0, end - 1)
            : text.substring(0, end);
    double size;
    try {
      size = number.isBlank() || number.indexOf(' ') >= 0 ? -1 : Double.parseDouble(number);
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
    if (!(size >= 0) || number.endsWith("d") || number.endsWith("f")) {
      return OptionalLong.empty();
    }
    if (unit.isEmpty() || unit.equals("b")) {
      return OptionalLong.of((long) size);
    }
    int power = UNITS.indexOf(unit.charAt(0)) + 1;
    String rest = unit.substring(1);
    return power == 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))
        ? OptionalLong.empty()
        : OptionalLong.of((long) (size * Math.pow(1024, power)));
  }
}
