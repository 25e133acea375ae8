package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.EngineException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignalsTest {
  @ParameterizedTest
  @CsvSource({
    "9, 9",
    "KILL, 9",
    "SIGKILL, 9",
    "sigterm, 15",
    "hup, 1",
    "SIGRTMIN+3, 37",
    "WINCH, 28"
  })
  void byNameOrNumber(String text, int number) {
    assertThat(Signals.number(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65", "NOPE", "SIG", "RTMIN+99", "-9"})
  void whatIsNoneIsSaid(String text) {
    assertThatThrownBy(() -> Signals.number(text))
        .isInstanceOf(EngineException.class)
        .hasMessage("invalid signal: " + text);
  }
}
