package dev.jbuild.registry;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import javax.net.ssl.SSLException;

/** Decides whether something is tried again, and sleeps until then. */
final class Patience {
  private final Timing timing;
  private final int attempts;
  private int failures;

  Patience(Timing timing, Site site) {
    this.timing = timing;
    // Behind a mirror there is somebody else to ask.
    this.attempts = site.mirror() ? Math.min(2, timing.attempts()) : timing.attempts();
  }

  /** Some progress was made: failures are counted anew. */
  void moved() {
    failures = 0;
  }

  /** Sleeps after an answer that may get better; false when it will not, or not soon. */
  boolean again(Reply reply) {
    if (!reply.isPassing() || ++failures >= attempts) {
      return false;
    }
    Duration pause = timing.pause(failures);
    Duration asked = retryAfter(reply);
    if (asked.compareTo(timing.patience()) > 0) {
      return false;
    }
    return sleep(asked.compareTo(pause) > 0 ? asked : pause);
  }

  /** Sleeps after a broken exchange; false when another try is of no use. */
  boolean again(IOException failure) {
    failures++;
    if (Thread.currentThread().isInterrupted() || failure instanceof SSLException) {
      return false;
    }
    boolean nobody = Faults.isUnreachable(failure);
    if (failures >= (nobody ? Math.min(2, attempts - 1) : attempts)) {
      return false;
    }
    return sleep(timing.pause(failures));
  }

  /** What the server asks for (RFC 9110, section 10.2.3): seconds or a date; zero for nothing. */
  static Duration retryAfter(Reply reply) {
    String value = reply.header("Retry-After").orElse("").strip();
    if (value.isEmpty()) {
      return Duration.ZERO;
    }
    if (value.chars().allMatch(Character::isDigit)) {
      return Duration.ofSeconds(value.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(value));
    }
    try {
      ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(ZonedDateTime.now(date.getZone()), date);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException _) {
      return Duration.ZERO;
    }
  }

  private static boolean sleep(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
