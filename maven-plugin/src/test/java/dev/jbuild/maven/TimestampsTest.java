package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "2026-01-31T01:02:03Z, 2026-01-31T01:02:03Z",
    "2026-01-31T01:02:03+01:00, 2026-01-31T00:02:03Z",
    "2026-01-31T01:02:03.5Z, 2026-01-31T01:02:03.5Z",
    "1767225600, 2026-01-01T00:00:00Z",
  })
  void isOneInstantHoweverItIsWritten(String text, Instant instant) {
    assertThat(Timestamps.parse(text)).isEqualTo(instant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"today", "2026-02-30T00:00:00Z", "2026-01-31 01:02:03Z", "2026-01-31"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(DateTimeException.class);
  }

  @Test
  void tooManySecondsAreRefused() {
    assertThatThrownBy(() -> Timestamps.parse("9".repeat(30)))
        .isInstanceOf(NumberFormatException.class);
  }
}
