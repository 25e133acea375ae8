package dev.jbuild.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TreesTest {
  @TempDir private Path temp;

  @Test
  void theSameSeedGivesTheSameTree() throws Exception {
    Trees.write(temp.resolve("a"), 300, 300_000, 7);
    Trees.write(temp.resolve("b"), 300, 300_000, 7);

    assertThat(Trees.describe(temp.resolve("a"))).isEqualTo(Trees.describe(temp.resolve("b")));
  }

  @Test
  void aTreeHasAboutTheSizeAskedFor() throws Exception {
    Trees.write(temp, 2000, 20_000_000, 1);

    try (Stream<Path> files = Files.walk(temp)) {
      long total =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      assertThat(total).isBetween(15_000_000L, 25_000_000L);
    }
  }

  @Test
  void aFileHasExactlyTheSizeAskedFor() throws Exception {
    Trees.writeFile(temp.resolve("big"), 3_000_001, 1);

    assertThat(temp.resolve("big")).hasSize(3_000_001);
  }
}
