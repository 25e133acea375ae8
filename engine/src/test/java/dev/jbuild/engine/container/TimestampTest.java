package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimestampTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T13:30:09.123456789Z",
        "2026-11-21T13:30:09.120Z",
        "2026-11-21T13:30:09Z",
        "2026-11-21T13:30:00Z",
        "2026-11-21T00:00:00.000001Z",
        "1970-01-01T00:00:00Z"
      })
  void asInstantsWriteThemselves(String text) {
    assertThat(Timestamp.of(Instant.parse(text))).isEqualTo(text);
  }
}
