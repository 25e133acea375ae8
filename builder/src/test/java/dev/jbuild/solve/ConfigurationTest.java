package dev.jbuild.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What instructions without files make of an image's configuration. */
class ConfigurationTest {
  @TempDir Path temp;
  private Builds builds;

  @BeforeEach
  void open() throws IOException {
    builds = new Builds(temp);
  }

  private ImageConfig image(String... lines) throws Exception {
    return builds.build(lines).image().config();
  }

  private ContainerConfig config(String... lines) throws Exception {
    return image(lines).config();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ENV a="${b:?not set}"                     | not set
          VOLUME $none                              | VOLUME specified can not be an empty string
          STOPSIGNAL nope                           | invalid signal: nope
          STOPSIGNAL $none                          | invalid signal:
          STOPSIGNAL 0                              | invalid signal: 0
          STOPSIGNAL SIGRTMIN+16                    | invalid signal: SIGRTMIN+16
          EXPOSE 80/icmp                            | invalid proto: icmp
          COPY --from=busybox / /                   | there is no
          ADD --checksum=sha256:00 file /           | checksum requires HTTP(S) or Git sources
          COPY http://127.0.0.1:1/file /            | source can't be a URL for COPY
          COPY https://127.0.0.1:1/a.git /          | source can't be a git ref for COPY
          RUN --security=insecure true              | security.insecure is not allowed
          RUN --network=host true                   | network.host is not allowed
          RUN --mount=type=bind,target=/ true       | invalid mount target "/"
          RUN --mount=type=cache,target=/c,x=y true | unexpected key 'x'
          """)
  void refusals(String instruction, String message) {
    assertThatThrownBy(() -> config("FROM scratch", instruction))
        .hasMessageContaining(message)
        .satisfies(failure -> {
          if (failure instanceof BuildException known) {
            assertThat(known.span().orElseThrow().firstLine()).isEqualTo(2);
          }
        });
  }

  @Test
  void aBaseThatIsNotThereIsShownAtItsLine() {
    assertThatThrownBy(() -> config("ARG x", "FROM missing"))
        .isInstanceOfSatisfying(
            BuildException.class, e -> assertThat(e.span().orElseThrow().firstLine()).isEqualTo(2));
  }

  @Test
  void allPairsOfAnEnvSeeWhatWasBefore() throws Exception {
    Map<String, String> env = config("FROM scratch", "ENV a=1", "ENV a=2 b=$a").envMap();

    assertThat(env).containsEntry("a", "2").containsEntry("b", "1");
  }

  @Test
  void pairsOfAnArgSeeEachOther() throws Exception {
    assertThat(config("FROM scratch", "ARG a=1 b=$a", "ENV c=$b").envMap()).containsEntry("c", "1");
  }

  @Test
  void anArgAfterAnEnvShadowsItInTheBuildOnly() throws Exception {
    Map<String, String> env = config("FROM scratch", "ENV a=env", "ARG a=arg", "ENV b=$a").envMap();

    assertThat(env).containsEntry("a", "env").containsEntry("b", "arg");
  }

  @Test
  void globalArgumentsAreSeenWhereTheyAreDeclaredAgain() throws Exception {
    Map<String, String> env =
        config("ARG g=global", "FROM scratch", "ENV before=[$g]", "ARG g", "ENV after=[$g]")
            .envMap();

    assertThat(env).containsEntry("before", "[]").containsEntry("after", "[global]");
  }

  @Test
  void whatIsGivenBeatsAllDefaults() throws Exception {
    builds.arguments.put("a", "given");

    assertThat(config("ARG a=x", "FROM scratch", "ARG a=y", "ENV b=$a").envMap())
        .containsEntry("b", "given");
  }

  @Test
  void anEntrypointForgetsTheCommandOfItsBaseButNotItsOwn() throws Exception {
    assertThat(config("FROM scratch AS a", "CMD [\"x\"]", "FROM a", "ENTRYPOINT [\"e\"]").cmd())
        .isEmpty();
    assertThat(config("FROM scratch", "CMD [\"x\"]", "ENTRYPOINT [\"e\"]").cmd())
        .contains(List.of("x"));
  }

  @Test
  void shellFormsGoThroughTheShellThatWasSet() throws Exception {
    assertThat(config("FROM scratch", "SHELL [\"/bin/bash\", \"-c\"]", "CMD a b").cmd())
        .contains(List.of("/bin/bash", "-c", "a b"));
  }

  @Test
  void portsComeFromVariablesWithSeveralWords() throws Exception {
    assertThat(config("FROM scratch", "ENV p='80 8000-8001/udp'", "EXPOSE $p").exposedPorts())
        .containsExactlyInAnyOrder("80/tcp", "8000/udp", "8001/udp");
  }

  @Test
  void triggersRunInTheNextStageAndAreForgotten() throws Exception {
    ContainerConfig config = config("FROM scratch AS a", "ONBUILD ENV x=1", "FROM a", "ENV y=$x");

    assertThat(config.onBuild()).isEmpty();
    assertThat(config.envMap()).containsEntry("y", "1");
  }

  @Test
  void nothingBeginsAtTheRootAndTriggersAreNoHistory() throws Exception {
    ImageConfig image = image("FROM scratch", "ONBUILD ENV x=1");

    assertThat(image.config().workingDir()).isEqualTo("/");
    assertThat(image.config().onBuild()).containsExactly("ENV x=1");
    assertThat(image.history()).isEmpty();
  }

  @Test
  void labelsOfTheCallComeLast() throws Exception {
    builds.labels.put("a", "call");

    assertThat(config("FROM scratch", "LABEL a=file b=file").labels())
        .containsEntry("a", "call")
        .containsEntry("b", "file");
  }

  @Test
  void theHistorySaysWhatWasDoneInBuildKitsWords() throws Exception {
    List<String> created =
        image(
                "FROM scratch",
                "ARG v=1",
                "ARG none",
                "ENV a=$v",
                "LABEL l=\"x y\"",
                "USER me",
                "CMD [\"a\", \"b\"]")
            .history()
            .stream()
            .map(HistoryEntry::createdBy)
            .toList();

    assertThat(created)
        .containsExactly(
            "ARG v=1", "ARG none", "ENV a=1", "LABEL l=x y", "USER me", "CMD [\"a\" \"b\"]");
  }

  @Test
  void theTimeOfCreationCanBeGiven() throws Exception {
    builds.arguments.put("SOURCE_DATE_EPOCH", "1700000000");
    ImageConfig image = image("FROM scratch", "ENV a=1");

    assertThat(image.created()).contains("2023-11-14T22:13:20Z");
    assertThat(image.history().getFirst().created()).contains("2023-11-14T22:13:20Z");
  }

  @Test
  void aTimeThatIsNoneIsRefused() {
    builds.arguments.put("SOURCE_DATE_EPOCH", "yesterday");

    assertThatThrownBy(() -> image("FROM scratch")).hasMessageContaining("SOURCE_DATE_EPOCH");
  }

  @Test
  void severalPlatformsAreAnIndexAndNeedNoEmulation() throws Exception {
    Platform arm = Platform.of("linux", "arm64", "");
    Platform s390 = Platform.of("linux", "s390x", "");
    builds.platforms.addAll(List.of(arm, s390));

    BuildResult result = builds.build("FROM scratch", "ARG TARGETARCH", "LABEL arch=$TARGETARCH");

    ImageIndex index =
        ImageIndex.parse(builds.store.blobs().read(result.image().target().digest()));
    assertThat(index.manifests().stream().map(m -> m.platform().orElseThrow()))
        .containsExactly(arm, s390);
    assertThat(result.platforms().stream().map(i -> i.config().config().labels().get("arch")))
        .containsExactly("arm64", "s390x");
  }

  @Test
  void theStageThatIsMeantIsBuiltAndNoOther() throws Exception {
    builds.target = Optional.of("a");

    assertThat(config("FROM scratch AS a", "ENV x=1", "FROM missing").envMap())
        .containsEntry("x", "1");
  }

  @ParameterizedTest
  @CsvSource({"/a/b/,/a/b/", "/a//b,/a//b", "b/,/w/b", "../b,/b", "'',/w", ".,/w"})
  void anAbsoluteWorkdirStaysAsItIsWritten(String written, String kept) throws Exception {
    assertThat(config("FROM scratch", "WORKDIR /w", "WORKDIR \"" + written + "\"").workingDir())
        .isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({"9", "SIGKILL", "term", "SIGRTMIN+3", "rtmax-14", "SIGRTMAX"})
  void aStopSignalHasANameOrANumber(String signal) throws Exception {
    assertThat(config("FROM scratch", "STOPSIGNAL " + signal).stopSignal()).contains(signal);
  }

  @Test
  void aPortWithoutAProtocolIsOfTcp() throws Exception {
    assertThat(config("FROM scratch", "EXPOSE 80/").exposedPorts()).containsExactly("80/tcp");
  }

  @Test
  void aStageFromNothingIsOfThePlatformThatIsBuiltFor() throws Exception {
    builds.platforms.add(Platform.parse("linux/arm64"));

    assertThat(image("FROM --platform=linux/s390x scratch").platform())
        .isEqualTo(Platform.parse("linux/arm64"));
  }
}
