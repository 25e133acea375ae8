package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "1,1B",
    "999,999B",
    "1000,1kB",
    "1234,1.23kB",
    "74800000,74.8MB",
    "999999,1MB",
    "1240000000,1.24GB",
    "120000000,120MB"
  })
  void sizesHaveThreeDigits(long bytes, String text) {
    assertThat(Sizes.human(bytes)).isEqualTo(text);
  }

  @Test
  void whatWasReclaimedHasFourDigits() {
    assertThat(Sizes.precise(1_234_567)).isEqualTo("1.235MB");
  }

  @Test
  void memoryIsBinary() {
    assertThat(Sizes.binary(16_000_000_000L)).isEqualTo("14.9GiB");
  }

  @ParameterizedTest
  @CsvSource({
    "64m,67108864",
    "1g,1073741824",
    "512,512",
    "1.5k,1536",
    "2KiB,2048",
    "10MB,10485760"
  })
  void sizesOfFlagsAreBinary(String text, long bytes) {
    assertThat(Sizes.parse(text)).contains(bytes);
  }

  @ParameterizedTest
  @CsvSource({"x", "1x", "''", "1..5g", "-1"})
  void otherTextsAreNoSizes(String text) {
    assertThat(Sizes.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "PT0.4S,Less than a second",
    "PT1S,1 second",
    "PT59S,59 seconds",
    "PT60S,About a minute",
    "PT5M10S,5 minutes",
    "PT61M,About an hour",
    "PT90M,2 hours",
    "PT47H,47 hours",
    "P2D,2 days",
    "P20D,2 weeks",
    "P90D,3 months",
    "P800D,2 years"
  })
  void durationsAreAsPeopleSayThem(Duration duration, String text) {
    assertThat(Durations.human(duration)).isEqualTo(text);
  }
}
