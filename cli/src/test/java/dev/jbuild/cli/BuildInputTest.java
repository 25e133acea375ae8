package dev.jbuild.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildInputTest {
  private static final InputStream NOTHING = InputStream.nullInputStream();
  @TempDir private Path context;

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  @Test
  void theUsualNamesAreLookedFor() throws IOException {
    Files.writeString(context.resolve("Containerfile"), "FROM a");
    assertThat(BuildInput.read(context.toString(), Optional.empty(), NOTHING).dockerfileName())
        .isEqualTo("Containerfile");
    Files.writeString(context.resolve("Dockerfile"), "FROM b");
    BuildInput input = BuildInput.read(context.toString(), Optional.empty(), NOTHING);
    assertThat(input.dockerfile()).isEqualTo("FROM b".getBytes(UTF_8));
    assertThat(input.ignoreFile()).isEmpty();
  }

  @Test
  void patternsBesideTheDockerfileGoBeforeThoseOfTheContext() throws IOException {
    Files.writeString(context.resolve("a.Dockerfile"), "FROM a");
    Files.writeString(context.resolve(".dockerignore"), "all");
    Optional<String> file = Optional.of("a.Dockerfile");
    assertThat(BuildInput.read(context.toString(), file, NOTHING).ignoreFile())
        .contains("all".getBytes(UTF_8));
    Files.writeString(context.resolve("a.Dockerfile.dockerignore"), "own");
    assertThat(BuildInput.read(context.toString(), file, NOTHING).ignoreFile())
        .contains("own".getBytes(UTF_8));
  }

  @Test
  void standardInputIsADockerfileWithOrWithoutAContext() throws IOException {
    BuildInput alone = BuildInput.alone(in("FROM scratch"), "stdin");
    assertThat(alone.context()).isEmpty();
    assertThat(alone.dockerfile()).isEqualTo("FROM scratch".getBytes(UTF_8));
    BuildInput with = BuildInput.read(context.toString(), Optional.of("-"), in("FROM x"));
    assertThat(with.context()).contains(context);
    assertThat(with.dockerfile()).isEqualTo("FROM x".getBytes(UTF_8));
  }

  @Test
  void whatCannotBeAContextIsRefused() throws IOException {
    Path file = Files.writeString(context.resolve("Dockerfile"), "FROM a");
    assertThatThrownBy(() -> BuildInput.read(file.toString(), Optional.empty(), NOTHING))
        .hasMessageContaining("is a file; name its folder");
    assertThatThrownBy(() -> BuildInput.read("/no/such", Optional.empty(), NOTHING))
        .hasMessageContaining("path \"/no/such\" not found");
  }

  @Test
  void aDockerfileOfAContextFromElsewhereStaysInsideOfIt() throws IOException {
    Files.createSymbolicLink(context.resolve("Dockerfile"), Path.of("/etc/passwd"));
    assertThatThrownBy(() -> BuildInput.in(context, Optional.empty(), OptionalLong.empty()))
        .hasMessageContaining("failed to read dockerfile");
    assertThatThrownBy(
            () -> BuildInput.in(context, Optional.of("../../etc/passwd"), OptionalLong.empty()))
        .hasMessageContaining("failed to read dockerfile");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "https://h/a.tar", "https://h/a.git#v1", "git@h:a", "ssh://h/a"})
  void contextsFromElsewhere(String context) {
    assertThat(RemoteContext.is(context)).isTrue();
    assertThat(RemoteContext.is("./" + context)).isFalse();
  }
}
