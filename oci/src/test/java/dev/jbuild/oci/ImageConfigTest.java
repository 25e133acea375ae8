package dev.jbuild.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageConfigTest {
  @Test
  void readsBackWhatItPrints() {
    ContainerConfig config =
        ContainerConfig.EMPTY
            .withEnv("PATH", "/bin")
            .withEnv("A", "1=2")
            .withEnv("PATH", "/usr/bin")
            .withCmd(Optional.of(List.of("sh")))
            .withEntrypoint(Optional.of(List.of()))
            .withExposedPort("80/tcp")
            .withVolume("/data")
            .withLabel("b", "2")
            .withLabel("a", "1")
            .withHealthcheck(new Healthcheck(List.of("CMD", "true"), 1, 2, 3, 4, 5))
            .withStopSignal("SIGINT")
            .withShell(List.of("/bin/bash", "-c"))
            .withUser("1:2")
            .withWorkingDir("/w")
            .withOnBuild(List.of("RUN x"));
    ImageConfig image =
        ImageConfig.empty(Platform.parse("linux/arm/v7"))
            .withConfig(config)
            .withCreated("2026-01-01T00:00:00Z")
            .withAuthor("me")
            .withDiffIds(List.of(new DiffId(Digest.sha256("x"))))
            .withHistory(new HistoryEntry(Optional.empty(), "RUN x", Optional.empty(), "c", true));

    assertThat(ImageConfig.parse(image.toJson().bytes())).isEqualTo(image);
    assertThat(config.env()).containsExactly("PATH=/usr/bin", "A=1=2");
  }

  @Test
  void refusesWhatIsNoConfig() {
    byte[] html = "<html>".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImageConfig.parse(html)).isInstanceOf(JsonException.class);
    byte[] badDiff = "{\"rootfs\":{\"diff_ids\":[\"sha256:12\"]}}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImageConfig.parse(badDiff))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("diff id");
  }

  @Test
  void numbersKeepTheirFullRange() {
    Json.Obj json = Json.parseObject("{\"size\":5368709120}");
    assertThat(json.number("size")).contains(5368709120L);
    assertThat(json.compact()).isEqualTo("{\"size\":5368709120}");
  }
}
