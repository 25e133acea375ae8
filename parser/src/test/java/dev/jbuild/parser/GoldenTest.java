package dev.jbuild.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.check.BaseImage;
import dev.jbuild.parser.check.CheckRequest;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.parser.check.Warning;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of resources: a Dockerfile, a line {@code ====}, and what is said about it. With {@code
 * -Djbuild.golden=FOLDER} the answers are written there instead, to be read and copied.
 */
class GoldenTest {
  private static final String RULER = "====\n";

  static Stream<Path> refusals() throws IOException {
    return files("/refusals");
  }

  static Stream<Path> checks() throws IOException {
    return files("/checks");
  }

  private static Stream<Path> files(String folder) throws IOException {
    URL url = Objects.requireNonNull(GoldenTest.class.getResource(folder));
    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
      return files.sorted().toList().stream();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** The line, the words and the hint of each refusal. */
  @ParameterizedTest
  @MethodSource("refusals")
  void refusal(Path file) throws IOException {
    compare(
        file,
        source -> {
          try {
            DockerfileParser.parse(source);
            return "accepted\n";
          } catch (DockerfileException e) {
            return e.render("Dockerfile", source) + "\n";
          }
        });
  }

  /** What the checks find, each on a line. */
  @ParameterizedTest
  @MethodSource("checks")
  void check(Path file) throws IOException {
    compare(file, GoldenTest::findings);
  }

  private static String findings(byte[] source) {
    Dockerfile dockerfile = DockerfileParser.parse(source);
    CheckRequest request =
        new CheckRequest(
            Checks.options(dockerfile),
            Map.of("GIVEN", "1"),
            Map.of("TARGETPLATFORM", "linux/amd64", "BUILDPLATFORM", "linux/amd64"),
            Optional.empty(),
            Platform.parse("linux/amd64"),
            IgnoreRules.of(List.of("*.secret", "ignored")),
            GoldenTest::image);
    Checks.Findings findings = Checks.run(dockerfile, request);
    StringBuilder out = new StringBuilder();
    for (Warning warning : findings.warnings()) {
      out.append(warning.brief()).append('\n');
    }
    findings.error().ifPresent(e -> out.append("error: ").append(e.getMessage()).append('\n'));
    return out.toString();
  }

  private static Optional<BaseImage> image(String name) {
    String platform = name.startsWith("arm") ? "linux/arm64" : "linux/amd64";
    List<String> triggers = name.startsWith("onbuild") ? List.of("ENV FROM_TRIGGER=1") : List.of();
    return name.startsWith("unknown")
        ? Optional.empty()
        : Optional.of(
            new BaseImage(Platform.parse(platform), Map.of("FROM_BASE", "1"), List.of(), triggers));
  }

  private interface Answer {
    String to(byte[] source);
  }

  private static void compare(Path file, Answer answer) throws IOException {
    String text = Files.readString(file);
    int cut = text.indexOf(RULER);
    String source = cut < 0 ? text : text.substring(0, cut);
    String have = answer.to(source.getBytes(StandardCharsets.UTF_8));
    String folder = System.getProperty("jbuild.golden");
    if (folder != null) {
      Path kind = Objects.requireNonNull(Objects.requireNonNull(file.getParent()).getFileName());
      Path copy = Path.of(folder, kind.toString(), String.valueOf(file.getFileName()));
      Files.createDirectories(copy.resolveSibling("x").getParent());
      Files.writeString(copy, source + RULER + have);
      return;
    }
    assertThat(have).isEqualTo(cut < 0 ? "" : text.substring(cut + RULER.length()));
  }
}
