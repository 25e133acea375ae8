package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Json;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.parser.check.Rule;
import dev.jbuild.parser.check.Warning;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The forms are those of {@code docker build --check}. */
class FindingsTest {
  private static final byte[] SOURCE =
      "FROM alpine\nCOPY index.js .\nCMD node index.js\n".getBytes(StandardCharsets.UTF_8);

  private static final Warning SHELL_FORM =
      new Warning(Rule.JSON_ARGS_RECOMMENDED, "use an array", new Span(3, 3));

  private static Checks.Findings found(Warning... warnings) {
    return new Checks.Findings(List.of(warnings), Optional.empty());
  }

  @Test
  void aWarningIsShownWithItsLines() {
    assertThat(Findings.text("Dockerfile", SOURCE, found(SHELL_FORM)))
        .isEqualTo(
            """
            Check complete, 1 warning has been found!

            WARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/
            use an array
            Dockerfile:3
            --------------------
               1 |     FROM alpine
               2 |     COPY index.js .
               3 | >>> CMD node index.js
               4 |
            --------------------
            """);
  }

  @Test
  void nothingFoundIsSaid() {
    assertThat(Findings.text("Dockerfile", SOURCE, found()))
        .isEqualTo("Check complete, no warnings found.\n");
    assertThat(Findings.brief(found())).isEmpty();
  }

  @Test
  void aBuildCountsThemAtItsEnd() {
    assertThat(Findings.brief(found(SHELL_FORM, SHELL_FORM)))
        .containsExactly(
            "",
            " 2 warnings found (use jbuild --check to expand):",
            " - JSONArgsRecommended: use an array (line 3)",
            " - JSONArgsRecommended: use an array (line 3)");
  }

  @Test
  void programsGetRulesAndPlaces() {
    Checks.Findings findings =
        new Checks.Findings(
            List.of(SHELL_FORM),
            Optional.of(new DockerfileException(new Span(2, 2), "no such thing")));

    Json.Obj json = Findings.json("Dockerfile", SOURCE, findings);

    Json.Obj warning = json.objects("warnings").getFirst();
    assertThat(warning.text("ruleName")).contains("JSONArgsRecommended");
    assertThat(warning.text("detail")).contains("use an array");
    assertThat(warning.object("location").compact())
        .isEqualTo("{\"ranges\":[{\"start\":{\"line\":3},\"end\":{\"line\":3}}]}");
    assertThat(json.object("buildError").text("message")).contains("no such thing");
    assertThat(json.objects("sources").getFirst().text("language")).contains("Dockerfile");
  }
}
