package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawJsonDisplayTest {
  @Test
  void eachEventIsAnObjectOfBuildKitsShape() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RawJsonDisplay display =
        new RawJsonDisplay(out, InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));
    new Script()
        .on(display)
        .started(1, "[1/1] RUN x")
        .says(1, "hi\n")
        .moved(1, "sha256:01", 5)
        .cached(1);
    List<Json.Obj> lines = out.toString(UTF_8).lines().map(Json::parseObject).toList();
    assertThat(lines).hasSize(4);
    Json.Obj vertex = lines.get(0).objects("vertexes").getFirst();
    assertThat(vertex.text("name")).contains("[1/1] RUN x");
    assertThat(vertex.text("started")).contains("2026-01-02T03:04:05Z");
    Json.Obj log = lines.get(1).objects("logs").getFirst();
    assertThat(log.text("vertex")).isEqualTo(vertex.text("digest"));
    assertThat(log.text("data")).contains("aGkK");
    assertThat(lines.get(2).objects("statuses").getFirst().number("total")).contains(5L);
    assertThat(lines.get(3).objects("vertexes").getFirst().flag("cached")).isTrue();
  }
}
