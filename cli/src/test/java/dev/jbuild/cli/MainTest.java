package dev.jbuild.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir private Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return new Main(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            Map.of("JBUILD_ROOT", root.toString()))
        .run(List.of(arguments));
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }

  @Test
  void withoutArgumentsOneScreenOfHelp() {
    assertThat(run()).isZero();
    assertThat(out()).startsWith("Usage:  jbuild [build] [OPTIONS] PATH");
    assertThat(out().lines()).hasSizeLessThan(48).allMatch(line -> line.length() <= 80);
    assertThat(err()).isEmpty();
  }

  @Test
  void everyVerbOfTheHelpIsThere() {
    for (String verb : List.of("build", "login", "logout", "version", "help")) {
      assertThat(run(verb, "--help")).as(verb).isZero();
      assertThat(err()).isEmpty();
    }
    assertThat(out()).contains("Usage:  jbuild build [OPTIONS] PATH | -");
  }

  @Test
  void aMisspeltVerbGetsASuggestion() {
    assertThat(run("imagse")).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            """
            jbuild: 'imagse' is not a jbuild command
            Did you mean 'images'?
            See 'jbuild --help'
            """);
    assertThat(out()).isEmpty();
  }

  @Test
  void aMisspeltFlagGetsASuggestion() {
    assertThat(run("--tga", "x", ".")).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            """
            ERROR: unknown flag: --tga; did you mean --tag?

            Usage:  jbuild build [OPTIONS] PATH | -

            See 'jbuild build --help' for more information
            """);
  }

  @Test
  void badValuesAreNamed() {
    assertThat(run("-t", "Up", ".")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: invalid argument \"Up\" for \"-t, --tag\" flag: ");
    err.reset();
    assertThat(run("--progress=fast", ".")).isEqualTo(1);
    assertThat(err()).contains("auto, plain, tty, quiet, rawjson, none");
    err.reset();
    assertThat(run("version", "--format", "{{.Nope}}")).isEqualTo(1);
    assertThat(err()).contains("there are: Version, Java, Platform, Store");
  }

  @Test
  void aMissingDockerfileSaysWhatToDo(@TempDir Path empty) {
    assertThat(run(empty.toString())).isEqualTo(1);
    assertThat(err())
        .contains("open Dockerfile: no such file or directory", "name another one with -f");
  }

  @Test
  void theRootOptionNamesTheStore() {
    assertThat(run("--root", "/elsewhere", "version", "--format", "{{.Store}}")).isZero();
    assertThat(out()).isEqualTo("/elsewhere\n");
  }

  @Test
  void noEngineHasRefusedWhatNoVerbBegan() {
    assertThat(run("stop")).isEqualTo(1);
    assertThat(err()).startsWith("jbuild: 'jbuild stop' requires at least 1 argument");
  }
}
