package dev.jbuild.cli.memo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FactsTest {
  private static final Path ROOT = Path.of("/store");

  @TempDir private Path temp;

  private String written(Map<String, Optional<String>> consulted, Evidence.Found found)
      throws IOException {
    Path file = temp.resolve("facts");
    Map<Path, List<List<String>>> uses =
        Map.of(Path.of("/said"), List.of(List.of("none", "/said/a\tb")));
    Facts.write(Map.of("JBUILD_FACTS", file.toString()), ROOT, consulted, found, uses);
    return Files.readString(file);
  }

  @Test
  void aStepsRecordIsNoneSinceTheImageIsThereWithoutIt() throws IOException {
    Evidence.Found found =
        new Evidence.Found(
            Map.of(
                ROOT.resolve("names/x"), "type sha256:1 2\n".getBytes(StandardCharsets.UTF_8),
                ROOT.resolve("blobs/sha256/1"), new byte[] {0},
                ROOT.resolve("steps/a/b"), new byte[] {0}),
            List.of(ROOT.resolve("layers/1/fs")),
            Map.of(
                Path.of("/work"), new byte[0],
                Path.of("/said"), new byte[0],
                temp.resolve("own"), new byte[0]));

    assertThat(written(Map.of(), found))
        .startsWith("jbuild-facts 1\n")
        .contains(
            "text\t/store/names/x\ttype sha256:1 2\\n\n",
            "file\t/store/blobs/sha256/1\n",
            "folder\t/store/layers/1/fs\n",
            "context\t/work\n",
            "none\t/said/a\\tb\n",
            "context\t" + temp.resolve("own") + "\n")
        .doesNotContain("steps")
        .endsWith("end\n");
  }

  @Test
  void aValueStaysOnItsLine() throws IOException {
    Evidence.Found nothing = new Evidence.Found(Map.of(), List.of(), Map.of());

    assertThat(written(Map.of("V", Optional.of("a\nb\tc\\n")), nothing))
        .contains("env\tV\ta\\nb\\tc\\\\n\n");
    assertThat(written(Map.of("V", Optional.empty()), nothing)).contains("unset\tV\n");
  }

  @Test
  void nobodyAsksNothingIsWritten() throws IOException {
    Facts.write(
        Map.of(), ROOT, Map.of(), new Evidence.Found(Map.of(), List.of(), Map.of()), Map.of());

    assertThat(temp).isEmptyDirectory();
  }
}
