package dev.jbuild.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResidueTest {
  @TempDir private Path store;

  @Test
  void aStoreThatNobodyUsesHasNone() throws Exception {
    assertThat(Residue.of(store).find()).isEmpty();
  }

  @Test
  void seesAProcessThatKnowsTheStoreAndAFileInItsTemporaryFolder() throws Exception {
    Files.createDirectories(store.resolve("tmp/draft"));
    try (Command.Running running = Command.of("sleep", "60").with("JBUILD_ROOT", store).start()) {
      assertThat(running.process().isAlive()).isTrue();

      assertThat(Residue.of(store).find())
          .anySatisfy(line -> assertThat(line).startsWith("process").contains("sleep 60"))
          .anySatisfy(line -> assertThat(line).startsWith("file").endsWith("tmp/draft"));
    }
  }
}
