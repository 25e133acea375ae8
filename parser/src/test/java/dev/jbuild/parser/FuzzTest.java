package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.check.CheckOptions;
import dev.jbuild.parser.check.CheckRequest;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.parser.check.Outline;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No input makes the parser crash, hang or take a time that grows with its square. {@code
 * bench/fuzz} runs it for longer.
 */
class FuzzTest {

  private static List<String> seeds() throws IOException, URISyntaxException {
    List<String> seeds = new ArrayList<>();
    for (String folder : List.of("/refusals", "/checks")) {
      Path path = Path.of(Objects.requireNonNull(FuzzTest.class.getResource(folder)).toURI());
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : files.sorted().toList()) {
          seeds.add(Files.readString(file).split("====\n", 2)[0]);
        }
      }
    }
    seeds.add(
        "FROM a\nRUN <<A <<-'B' cat 3<<\"C D\"\n$x\nA\n\ty\n\tB\nC D\nCOPY --chmod=755 <<E /e\n${x}\nE\n");
    seeds.add(
        "# escape=`\nFROM a\nENV A=\"b c\" D=e` f\nCOPY [\"a b\", \"c:\\\\d\"]\nCMD a `\n b\n");
    seeds.add(
        "FROM a\nENV p=${a:-${b:+c}} q=${p##*/} r=${q//a/\\/} s='$a' t=\"$a\\\"\"\nEXPOSE $p ${q:-80}\n");
    return seeds;
  }

  /** A ten of megabytes is read once, of the kind that has most in it. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void aFileOfTenMegabytesIsRead() {
    String body = "some words, $NAME and ${OTHER:-more of them}\n".repeat(220_000);
    tryTo("FROM scratch\nCOPY <<EOF /a\n" + body + "EOF\n");
  }

  private static int setting(String name, int usual) {
    String value = System.getenv(name);
    return value == null ? usual : Integer.parseInt(value);
  }

  @Test
  void nothingIsThrownButRefusals() throws Exception {
    long seed = setting("JBUILD_FUZZ_SEED", 20260101);
    Mutator mutator = new Mutator(seed, seeds());
    long end = System.nanoTime() + Duration.ofSeconds(setting("JBUILD_FUZZ_SECONDS", 8)).toNanos();
    int accepted = 0;
    for (int number = 0; System.nanoTime() < end; number++) {
      byte[] source = mutator.next();
      try {
        accepted += read(source) ? 1 : 0;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(
            "seed "
                + seed
                + ", file "
                + number
                + ":\n"
                + new String(source, StandardCharsets.UTF_8),
            e);
      }
    }
    assertThat(accepted).isPositive();
  }

  /** All that reads Dockerfiles. */
  private static boolean read(byte[] source) {
    try {
      Dockerfile dockerfile = DockerfileParser.parse(source);
      Checks.run(
          dockerfile,
          new CheckRequest(
              CheckOptions.DEFAULT,
              Map.of(),
              Map.of(),
              Optional.empty(),
              Platform.parse("linux/amd64"),
              ignored(source),
              _ -> Optional.empty()));
      Outline.of(dockerfile, Optional.empty(), Map.of(), Map.of());
      return true;
    } catch (DockerfileException e) {
      assertThat(e.span().firstLine()).isPositive();
      assertThat(e.span().lastLine()).isGreaterThanOrEqualTo(e.span().firstLine());
      assertThat(e.render("Dockerfile", source)).contains("ERROR: ");
      return false;
    }
  }

  private static IgnoreRules ignored(byte[] source) {
    try {
      return IgnoreRules.parse(source);
    } catch (IllegalArgumentException _) {
      return IgnoreRules.of(List.of());
    }
  }

  /** Whoever squares a megabyte does not come back. */
  @ParameterizedTest
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  @ValueSource(
      strings = {
        "RUN a\n",
        "# comment\n",
        "\\\n",
        "a\\\n",
        "ENV a=\"b c\" d='e' f=g\\ h\n",
        "COPY <<E /e\n$x ${y:-z} \\a\nE\n",
        "RUN [\"a\", \"b\"]\n",
        "LABEL a=$b\n",
        "\n",
        "ONBUILD RUN x\n",
        "\u00A0\n",
      })
  void longFilesTakeTheirTime(String piece) {
    StringBuilder text = new StringBuilder("FROM scratch\n");
    int bytes = setting("JBUILD_FUZZ_MEGABYTES", 1) << 20;
    text.append(piece.repeat(bytes / piece.length()));
    tryTo(text.toString());
  }

  @ParameterizedTest
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  @ValueSource(
      strings = {
        "a ",
        "\"",
        "'",
        "\"a\" ",
        "\\",
        "\\ ",
        "$",
        "${",
        "${a:-",
        "${a/",
        "{",
        "[",
        "[\"",
        "\"a\",",
        "--",
        "--a ",
        "--a=\"",
        "<<",
        "<<a ",
        "<<-\"a\" ",
        "a=b ",
        "=",
        ",",
        "#",
        "\u00A0",
        "é",
        "${a#*",
        "1<<",
        "`"
      })
  void longLinesTakeTheirTime(String piece) {
    for (String keyword :
        List.of("RUN ", "COPY ", "ENV a=", "ENV ", "ONBUILD RUN ", "EXPOSE ", "")) {
      int bytes = Math.min(65_000, 16_000 * setting("JBUILD_FUZZ_MEGABYTES", 1));
      int width = piece.getBytes(StandardCharsets.UTF_8).length;
      String line = keyword + piece.repeat((bytes - keyword.length()) / width);
      tryTo("FROM scratch\n" + line + "\n");
      tryTo("FROM scratch\n" + line + "]\n");
      try {
        Words.expand(line, _ -> Optional.of("x"), '\\');
      } catch (IllegalArgumentException _) {
        // refused, and in time
      }
    }
  }

  private static void tryTo(String text) {
    try {
      read(text.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException _) {
      throw new AssertionError("not a refusal of the parser: " + text.substring(0, 40));
    }
  }

  @Test
  void aBinaryFileIsNamedAsOne() {
    byte[] elf = new byte[100_000];
    System.arraycopy("\u007FELF\n\n".getBytes(StandardCharsets.UTF_8), 0, elf, 0, 6);

    assertThatThrownBy(() -> DockerfileParser.parse(elf))
        .isInstanceOf(DockerfileException.class)
        .hasMessageContaining("binary");
    assertThatThrownBy(() -> DockerfileParser.parse("FROM a".getBytes(StandardCharsets.UTF_16)))
        .isInstanceOfSatisfying(
            DockerfileException.class, e -> assertThat(e.hint().orElse("")).contains("UTF-8"));
  }

  @Test
  void aLineMayHave65535Bytes() {
    String line = "RUN " + "a".repeat(65_531);
    assertThat(
            DockerfileParser.parse(("FROM a\n" + line + "\n").getBytes(StandardCharsets.UTF_8))
                .stages())
        .hasSize(1);
    assertThatThrownBy(() ->
            DockerfileParser.parse(("FROM a\n" + line + "a\n").getBytes(StandardCharsets.UTF_8)))
        .hasMessage("dockerfile line greater than max allowed size of 65535");
  }
}
