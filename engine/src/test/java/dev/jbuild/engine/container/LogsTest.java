package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogsTest {
  @TempDir private Path folder;

  private void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  private static String line(int second, String rest) {
    return "2026-01-02T03:04:%02d.000000000Z %s".formatted(second, rest);
  }

  private String read(long tail, Optional<Instant> since, Optional<Instant> until)
      throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    Container container = new Container("0".repeat(64), folder, Json.obj());
    Logs.read(
        container,
        new Logs.Wish(since, until, tail, false),
        new Logs.Sink() {
          @Override
          public void line(boolean stderr, String time, byte[] bytes, boolean whole) {
            text.append(stderr ? "E:" : "O:")
                .append(new String(bytes, StandardCharsets.UTF_8))
                .append(whole ? "\n" : "");
          }

          @Override
          public void pause() {}
        });
    return text.toString();
  }

  private String read(long tail) throws IOException, InterruptedException {
    return read(tail, Optional.empty(), Optional.empty());
  }

  @Test
  void filesThatWereRotatedComeFirst() throws Exception {
    write("log.2", line(1, "stdout F one"));
    write("log.1", line(2, "stderr F two"));
    write("log", line(3, "stdout F three"));
    assertThat(read(-1)).isEqualTo("O:one\nE:two\nO:three\n");
    assertThat(read(2)).isEqualTo("E:two\nO:three\n");
    assertThat(read(0)).isEmpty();
    assertThat(read(99)).isEqualTo("O:one\nE:two\nO:three\n");
  }

  @Test
  void partsOfALineAreOneLine() throws Exception {
    write("log", line(1, "stdout P beginning "), line(1, "stdout F and end"), line(2, "stdout F "));
    assertThat(read(-1)).isEqualTo("O:beginning O:and end\nO:\n");
  }

  @Test
  void aTimeChooses() throws Exception {
    write("log", line(1, "stdout F a"), line(2, "stdout F b"), line(3, "stdout F c"));
    Optional<Instant> second = Optional.of(Instant.parse("2026-01-02T03:04:02Z"));
    assertThat(read(-1, second, Optional.empty())).isEqualTo("O:b\nO:c\n");
    assertThat(read(-1, Optional.empty(), second)).isEqualTo("O:a\nO:b\n");
    assertThat(read(1, Optional.empty(), second)).isEqualTo("O:b\n");
  }

  @Test
  void whatIsNoLineOfALogIsPassedOver() throws Exception {
    write("log", "", "nonsense", line(1, "stdout F real"));
    assertThat(read(-1)).isEqualTo("O:real\n");
    Files.delete(folder.resolve("log"));
    assertThat(read(-1)).isEmpty();
  }
}
