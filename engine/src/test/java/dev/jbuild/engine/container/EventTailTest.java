package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventTailTest {
  @TempDir private Path root;

  private void tag(String id) throws IOException {
    Events.append(root.resolve("events"), "image", "tag", id, Json.obj());
  }

  @Test
  void aFileThatHasGrownIsPutAsideAndWhoReadsGoesOn() throws IOException {
    Path file = root.resolve("events");
    tag("first");
    try (EventTail tail = EventTail.ofNew(file)) {
      Files.writeString(file, Files.readString(file) + "x".repeat(4_000_000) + "\n");
      tag("second");
      assertThat(file).doesNotExist();
      tag("third");
      tag("fourth");

      assertThat(tail.more())
          .hasSize(4)
          .satisfies(lines -> assertThat(lines.get(1)).contains("\"second\""))
          .satisfies(lines -> assertThat(lines.get(3)).contains("\"fourth\""));
      assertThat(tail.more()).isEmpty();
      tag("fifth");
      assertThat(tail.more()).singleElement().asString().contains("\"fifth\"");
    }
    assertThat(file).content().hasLineCount(3);
    try (EventTail tail = EventTail.ofAll(file)) {
      assertThat(tail.more()).hasSize(6);
    }
  }

  @Test
  void whatIsNotThereYetIsReadWhenItIs() throws IOException {
    try (EventTail tail = EventTail.ofNew(root.resolve("events"))) {
      assertThat(tail.more()).isEmpty();
      tag("first");
      assertThat(tail.more()).hasSize(1);
    }
  }
}
