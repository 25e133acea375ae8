package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.check.Outline;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The forms are those of {@code docker build --call}. */
class OutlinesTest {
  private static final byte[] SOURCE =
      """
      # VERSION of the base
      ARG VERSION=1
      ARG UNUSED
      # build compiles
      FROM base:$VERSION AS build
      # FLAGS for the compiler
      ARG FLAGS
      RUN --mount=type=secret,id=token,required --mount=type=ssh make
      FROM scratch
      COPY --from=build /x /
      """
          .getBytes(StandardCharsets.UTF_8);

  private final Dockerfile dockerfile = DockerfileParser.parse(SOURCE);

  private Outline outline(Optional<String> target) {
    return Outline.of(dockerfile, target, Map.of(), Map.of("FLAGS", "-O2"));
  }

  @Test
  void aStageSaysWhatItTakes() {
    assertThat(Outlines.text(outline(Optional.of("build"))))
        .isEqualTo(
            """
            TARGET:      build
            DESCRIPTION: compiles

            BUILD ARG   VALUE   DESCRIPTION
            VERSION     1       of the base
            FLAGS       -O2     for the compiler

            SECRET   REQUIRED
            token    true

            SSH       REQUIRED
            default   \n
            """);
  }

  @Test
  void whatOtherStagesTakeCountsWhereTheyAreNeeded() {
    assertThat(outline(Optional.empty()).arguments())
        .extracting(Outline.Argument::name)
        .containsExactly("VERSION", "FLAGS");
  }

  @Test
  void targetsAreStages() {
    assertThat(Outlines.targets(dockerfile))
        .isEqualTo("TARGET    DESCRIPTION\nbuild     compiles\n(default) \n");
    assertThat(Outlines.json(dockerfile, SOURCE).objects("targets").getLast().flag("default"))
        .isTrue();
  }
}
