package dev.jbuild.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Span;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageGraphTest {
  private static final Span HERE = new Span(1, 1);

  private static StageGraph graph(Map<String, String> given, String... lines) {
    return StageGraph.of(
        DockerfileParser.parse(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)),
        Map.of("TARGETARCH", "arm64"),
        given,
        name -> name.equals("replaced"));
  }

  private static StageGraph graph(String... lines) {
    return graph(Map.of(), lines);
  }

  @Test
  void aBaseWithoutANameIsRefused() {
    assertThatThrownBy(() -> graph("ARG base", "FROM ${base}"))
        .isInstanceOf(DockerfileException.class)
        .hasMessage("base name (${base}) should not be blank");
  }

  @Test
  void aBaseThatNoImageCanHaveIsRefusedAlsoWhereNobodyNeedsIt() {
    assertThatThrownBy(() -> graph("FROM base:1:2", "FROM scratch"))
        .isInstanceOf(DockerfileException.class)
        .hasMessageStartingWith(
            "failed to parse stage name \"base:1:2\": invalid reference format");
  }

  @Test
  void stagesThatNeedEachOtherAreRefused() {
    assertThatThrownBy(() ->
            graph(
                "FROM scratch AS a", "COPY --from=b / /", "FROM scratch AS b", "COPY --from=a / /"))
        .hasMessage("circular dependency detected on stage: a");
  }

  @Test
  void aStageThatComesLaterCannotBeCopiedFrom() {
    StageGraph graph = graph("FROM scratch AS a", "FROM scratch AS b");

    assertThatThrownBy(() -> graph.copySource(graph.stages().getFirst(), HERE, "b"))
        .hasMessage(
            "cannot copy from stage \"b\", it needs to be defined before current stage \"a\"");
    assertThatThrownBy(() -> graph.mountSource(graph.stages().getFirst(), HERE, "b"))
        .hasMessageContaining("cannot mount from stage \"b\"");
  }

  @Test
  void anUnknownVariableInFromOfCopyIsRefused() {
    StageGraph graph = graph("FROM scratch", "FROM scratch");

    assertThatThrownBy(() -> graph.copySource(graph.stages().getLast(), HERE, "$x"))
        .hasMessageStartingWith("variable expansion is not supported for --from");
  }

  @Test
  void aGlobalArgumentMayNameWhatIsCopiedFrom() {
    StageGraph graph =
        graph("ARG from=a", "FROM scratch AS a", "FROM scratch", "COPY --from=${from} / /");

    assertThat(graph.copySource(graph.stages().getLast(), HERE, "$from"))
        .isEqualTo(new Source.OfStage(graph.stages().getFirst()));
    assertThat(graph.reachable(graph.target(Optional.empty()))).containsExactly(0, 1);
  }

  @Test
  void aNumberThatNoStageHasIsRefused() {
    StageGraph graph = graph("FROM scratch", "FROM scratch");

    assertThatThrownBy(() -> graph.copySource(graph.stages().getLast(), HERE, "7"))
        .hasMessage("invalid stage index 7");
  }

  @Test
  void anUnknownTargetIsRefusedWithWhatWasMeant() {
    StageGraph graph = graph("FROM scratch AS release");

    assertThatThrownBy(() -> graph.target(Optional.of("relase")))
        .hasMessage("target stage \"relase\" could not be found (did you mean release?)");
  }

  @ParameterizedTest
  @CsvSource({"build,0", "BUILD,0", "0,0", "'',1"})
  void aTargetIsANameOrANumberOrTheLast(String wanted, int index) {
    StageGraph graph = graph("FROM scratch AS build", "FROM scratch");

    assertThat(graph.target(Optional.of(wanted)).index()).isEqualTo(index);
  }

  @Test
  void aStageIsABaseByTheNameThatItHas() {
    StageGraph graph = graph("FROM scratch AS Build", "FROM build");

    assertThat(graph.base(graph.stages().getLast())).contains(graph.stages().getFirst());
    assertThatThrownBy(() -> graph("FROM scratch AS build", "FROM BUILD"))
        .hasMessageContaining("repository name must be lowercase");
  }

  @Test
  void theLastOfTwoStagesWithOneNameIsMeant() {
    StageGraph graph = graph("FROM scratch AS a", "FROM scratch AS a", "FROM a");

    assertThat(graph.base(graph.stages().getLast())).contains(graph.stages().get(1));
  }

  @Test
  void stagesThatNothingNeedsAreNotBuilt() {
    StageGraph graph =
        graph(
            "FROM scratch AS a",
            "FROM scratch AS unused",
            "FROM scratch AS mounted",
            "FROM a AS b",
            "RUN --mount=from=mounted,target=/m true",
            "FROM scratch",
            "COPY --from=b / /");

    assertThat(graph.reachable(graph.target(Optional.empty()))).containsExactly(0, 2, 3, 4);
    assertThat(graph.reachable(graph.target(Optional.of("unused")))).containsExactly(1);
  }

  @Test
  void whatAReplacedStageNeedsIsNotBuilt() {
    StageGraph graph = graph("FROM scratch AS a", "FROM a AS replaced", "FROM replaced");

    assertThat(graph.reachable(graph.target(Optional.empty()))).containsExactly(1, 2);
  }

  @Test
  void globalArgumentsTakeWhatIsGivenBeforeTheirDefaults() {
    StageGraph graph =
        graph(Map.of("TAG", "9"), "ARG TAG=1", "ARG NAME=img-$TARGETARCH", "FROM $NAME:$TAG");

    assertThat(graph.image(graph.stages().getFirst())).isEqualTo("img-arm64:9");
    assertThat(graph.globals()).containsEntry("TAG", "9");
  }

  @Test
  void anArgumentWithoutAnyValueIsNotThere() {
    assertThat(graph("ARG none", "FROM scratch").globals()).doesNotContainKey("none");
  }

  @Test
  void aPlatformMayBeAVariable() {
    StageGraph graph = graph("FROM --platform=linux/$TARGETARCH scratch");

    assertThat(graph.platform(graph.stages().getFirst()))
        .contains(Platform.of("linux", "arm64", ""));
  }

  @Test
  void anEmptyPlatformIsRefused() {
    StageGraph graph = graph("ARG p", "FROM --platform=$p scratch");

    assertThatThrownBy(() -> graph.platform(graph.stages().getFirst()))
        .hasMessage("empty platform value from expression $p");
  }

  @Test
  void copiesTakeFromStagesImagesAndNothing() {
    StageGraph graph = graph("FROM scratch AS a", "FROM scratch");
    var last = graph.stages().getLast();

    assertThat(graph.copySource(last, HERE, "A"))
        .isEqualTo(new Source.OfStage(graph.stages().getFirst()));
    assertThat(graph.copySource(last, HERE, "0"))
        .isEqualTo(new Source.OfStage(graph.stages().getFirst()));
    assertThat(graph.copySource(last, HERE, "busybox")).isEqualTo(new Source.External("busybox"));
    assertThat(graph.copySource(last, HERE, "scratch")).isEqualTo(new Source.Nothing());
  }
}
