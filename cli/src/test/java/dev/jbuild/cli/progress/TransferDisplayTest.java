package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class TransferDisplayTest {
  @Test
  void withoutATerminalEachStateIsALine() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransferDisplay display = new TransferDisplay(out, false, 80)) {
      display.line("1: Pulling from library/x");
      display.state("0123456789ab", "Pulling fs layer");
      display.bytes("0123456789ab", "Downloading", 10, 100);
      display.bytes("0123456789ab", "Downloading", 100, 100);
      display.state("0123456789ab", "Pull complete");
    }
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            1: Pulling from library/x
            0123456789ab: Pulling fs layer
            0123456789ab: Downloading
            0123456789ab: Pull complete
            """);
  }

  @Test
  void onATerminalTheRowsStayInPlace() {
    Screen screen = new Screen();
    TransferDisplay display = new TransferDisplay(screen, true, 120);
    display.state("a", "Pulling fs layer");
    display.state("b", "Pulling fs layer");
    display.bytes("a", "Downloading", 5_000_000, 5_000_000);
    assertThat(screen.toString())
        .isEqualTo(
            "a: Downloading [" + "=".repeat(49) + ">]  5.00MB/5.00MB\nb: Pulling fs layer\n");
    display.state("a", "Pull complete");
    display.line("Status: done");
    display.close();
    assertThat(screen.toString())
        .isEqualTo("a: Pull complete\nb: Pulling fs layer\nStatus: done\n");
  }
}
