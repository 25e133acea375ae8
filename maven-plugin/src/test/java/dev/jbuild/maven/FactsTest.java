package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FactsTest {
  @TempDir private Path temp;

  @BeforeEach
  void store() throws IOException {
    Files.writeString(temp.resolve("name"), "digest\n");
    Files.createDirectories(temp.resolve("layer"));
  }

  private boolean stand(String... lines) throws IOException {
    String text = String.join("\n", lines).replace("STORE", temp.toString());
    Path file = Files.writeString(temp.resolve("facts"), text + "\n");
    Map<String, String> environment = Map.of("V", "a\tb\\");
    return new Facts(environment, Path.of("/work/target/jbuild")).stand(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env\tV\ta\\tb\\\\",
        "unset\tW",
        "text\tSTORE/name\tdigest\\n",
        "file\tSTORE/name",
        "folder\tSTORE/layer",
        "context\t/work/target/jbuild/app",
      })
  void whatIsSoStands(String line) throws IOException {
    assertThat(stand("jbuild-facts 1", line, "end")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env\tV\ta",
        "env\tW\ta",
        "unset\tV",
        "text\tSTORE/name\tanother\\n",
        "text\tSTORE/none\tdigest\\n",
        "file\tSTORE/none",
        "folder\tSTORE/none",
        "folder\tSTORE/name",
        "context\t/work",
        "something\tnew",
        "file",
        "",
      })
  void whatIsNotOrIsNotKnownDoesNot(String line) throws IOException {
    assertThat(stand("jbuild-facts 1", line, "end")).isFalse();
  }

  @Test
  void halfAFileAndAnotherVersionsDoNot() throws IOException {
    assertThat(stand("jbuild-facts 1", "unset\tW")).isFalse();
    assertThat(stand("jbuild-facts 2", "unset\tW", "end")).isFalse();
    assertThat(new Facts(Map.of(), temp).stand(temp.resolve("none"))).isFalse();
  }
}
