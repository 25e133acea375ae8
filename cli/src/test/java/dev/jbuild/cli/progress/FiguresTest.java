package dev.jbuild.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "999,999B",
    "1000,1.00kB",
    "1234,1.23kB",
    "29130000,29.13MB",
    "1999999999,2.00GB"
  })
  void bytesAreDecimalWithTwoPlaces(long count, String text) {
    assertThat(Figures.bytes(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0.000", "213,0.213", "9999,9.999", "12213,12.21", "123456,123.5"})
  void timesOfLinesLosePlacesAsTheyGrow(long millis, String text) {
    assertThat(Figures.stamp(millis * 1_000_000)).isEqualTo(text);
  }
}
