package dev.jbuild.engine.container;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Times as Docker writes them (RFC 3339, UTC). */
final class Timestamp {
  private Timestamp() {}

  /** What {@link Instant#toString} gives, without the formatters that its first call makes. */
  static String of(Instant time) {
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
    boolean wholeMinute = local.getSecond() == 0 && local.getNano() == 0;
    return local + (wholeMinute ? ":00Z" : "Z");
  }
}
