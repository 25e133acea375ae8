package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VolumesTest {
  @TempDir private Path root;
  private Volumes volumes;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(root.resolve("tmp"));
    volumes = new Volumes(root);
  }

  @Test
  void theFieldsThatInspectShows() throws IOException {
    Volumes.Volume volume = volumes.create("todo-db", Map.of("a", "b"), Map.of());
    assertThat(volume.data()).isDirectory().isEqualTo(root.resolve("volumes/todo-db/_data"));
    assertThat(volume.json().members().keySet())
        .containsExactly("CreatedAt", "Driver", "Labels", "Mountpoint", "Name", "Options", "Scope");
    assertThat(volume.json().text("Mountpoint")).contains(volume.data().toString());
    assertThat(volume.anonymous()).isFalse();
  }

  @Test
  void oneThatIsThereIsKept() throws IOException {
    Files.writeString(volumes.create("data", Map.of(), Map.of()).data().resolve("f"), "kept");
    Volumes.Volume again = volumes.create("data", Map.of("other", "label"), Map.of());
    assertThat(again.data().resolve("f")).hasContent("kept");
    assertThat(again.json().textMap("Labels")).isEmpty();
  }

  @Test
  void thoseWithoutANameAreKnownAsSuch() throws IOException {
    Volumes.Volume volume = volumes.createAnonymous();
    assertThat(volume.name()).matches("[0-9a-f]{64}");
    assertThat(volumes.find(volume.name()).orElseThrow().anonymous()).isTrue();
  }

  @Test
  void aNameIsNoPath() throws IOException {
    assertThatThrownBy(() -> volumes.create("../escape", Map.of(), Map.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("use absolute path");
    assertThat(volumes.find("../volumes")).isEmpty();
    assertThat(root.resolve("escape")).doesNotExist();
  }

  @Test
  void removedWithAllThatIsInIt() throws IOException {
    Files.createDirectories(volumes.create("gone", Map.of(), Map.of()).data().resolve("a/b"));
    volumes.create("stays", Map.of(), Map.of());
    volumes.remove("gone");
    assertThat(volumes.all()).extracting(Volumes.Volume::name).containsExactly("stays");
    assertThat(root.resolve("volumes/gone")).doesNotExist();
  }
}
