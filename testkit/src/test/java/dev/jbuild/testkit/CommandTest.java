package dev.jbuild.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.testkit.Command.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CommandTest {
  @Test
  void keepsBothStreamsAndTheCodeApart() {
    Outcome outcome =
        Command.of("sh", "-c", "echo out; echo $WHO >&2; exit 3").with("WHO", "err").run();

    assertThat(outcome.code()).isEqualTo(3);
    assertThat(outcome.out()).isEqualTo("out\n");
    assertThat(outcome.err()).isEqualTo("err\n");
  }

  @Test
  void feedsStdin() {
    Outcome outcome = Command.of("cat").input("some text".getBytes(StandardCharsets.UTF_8)).check();

    assertThat(outcome.out()).isEqualTo("some text");
  }

  @Test
  void aFailureThatIsNotExpectedShowsWhatWasPrinted() {
    assertThatThrownBy(() -> Command.of("sh", "-c", "echo because >&2; exit 1").check())
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("because");
  }

  @Test
  void aProgramThatDoesNotEndIsEnded() {
    Command sleep = Command.of("sleep", "60").within(Duration.ofMillis(100));

    assertThatThrownBy(sleep::run).hasMessageContaining("not done after");
  }
}
