package dev.jbuild.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Points in time, as flags have them and listings print them. */
final class Times {
  private Times() {}

  /** As Go prints a time: {@code 2026-01-02 15:04:05 +0100 CET}. */
  static String local(Instant time) {
    return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xx zzz", Locale.ROOT)
        .format(time.atZone(ZoneId.systemDefault()));
  }

  /**
   * Reads a date, a time, seconds since 1970, or a duration that counts back from now.
   *
   * @throws UsageException when it is none of these
   */
  static Instant parse(String text) {
    List<Function<String, Instant>> forms =
        List.of(
            t -> Instant.ofEpochSecond(Long.parseLong(t)),
            t -> Instant.now().minus(duration(t).orElseThrow(NumberFormatException::new)),
            Instant::parse,
            t -> OffsetDateTime.parse(t).toInstant(),
            t -> LocalDateTime.parse(t).atZone(ZoneId.systemDefault()).toInstant(),
            t -> LocalDate.parse(t).atStartOfDay(ZoneId.systemDefault()).toInstant());
    for (Function<String, Instant> form : forms) {
      try {
        return form.apply(text);
      } catch (DateTimeException | NumberFormatException _) {
        // the next form
      }
    }
    throw new UsageException(
        "invalid time \"" + text + "\": write e.g. 24h, 2026-01-02 or 2026-01-02T15:04:05");
  }

  /** Reads a duration as Go writes it, e.g. {@code 1h30m}; days are taken, too. */
  static Optional<Duration> duration(String text) {
    Duration sum = Duration.ZERO;
    int i = 0;
    while (i < text.length()) {
      int start = i;
      while (i < text.length() && Character.isDigit(text.charAt(i))) {
        i++;
      }
      if (i == start || i == text.length() || i - start > 9) {
        return Optional.empty();
      }
      long number = Long.parseLong(text.substring(start, i));
      if (text.startsWith("ms", i)) {
        sum = sum.plusMillis(number);
        i += 2;
        continue;
      }
      switch (text.charAt(i++)) {
        case 'd' -> sum = sum.plusDays(number);
        case 'h' -> sum = sum.plusHours(number);
        case 'm' -> sum = sum.plusMinutes(number);
        case 's' -> sum = sum.plusSeconds(number);
        default -> {
          return Optional.empty();
        }
      }
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(sum);
  }
}
