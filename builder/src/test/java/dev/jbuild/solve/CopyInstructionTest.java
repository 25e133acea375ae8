package dev.jbuild.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.linux.Linux;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.plan.Output;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** COPY and ADD through a whole build: files land where they belong, and only changes rebuild. */
class CopyInstructionTest {
  @TempDir Path temp;
  private Builds builds;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Linux.euid() == 0, "needs root: files of images belong to root");
    builds = new Builds(temp);
  }

  private void file(String path, String content) throws IOException {
    Path file = builds.context.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private LayerStack files(String... lines) throws Exception {
    return new LayerStack(builds.build(lines).image().layers());
  }

  private static String content(LayerStack stack, String path) throws IOException {
    return new String(stack.read(path, 1 << 20).orElseThrow(), StandardCharsets.UTF_8);
  }

  private List<BuildEvent.Outcome> outcomes() {
    return builds.events.stream()
        .filter(BuildEvent.Finished.class::isInstance)
        .map(e -> ((BuildEvent.Finished) e).outcome())
        .toList();
  }

  @Test
  void aSourceThatIsNotThereIsShownAtItsLine() {
    assertThatThrownBy(() -> files("FROM scratch", "COPY none /"))
        .isInstanceOfSatisfying(
            BuildException.class,
            e -> {
              assertThat(e).hasMessageContaining("\"/none\": not found");
              assertThat(e.span().orElseThrow().firstLine()).isEqualTo(2);
            });
  }

  @Test
  void aMissingPathIsRefusedWithItsParentsToo() {
    assertThatThrownBy(() -> files("FROM scratch", "COPY --parents a/none /"))
        .hasMessageContaining("\"/a/none\": not found");
  }

  @Test
  void aFileCannotReplaceAFolder() throws IOException {
    file("f", "x");

    assertThatThrownBy(() -> files("FROM scratch", "WORKDIR /d/f", "COPY f /d/"))
        .hasMessageContaining("cannot replace to directory");
  }

  @Test
  void parentsKeepTheirPlaceAndPermissions() throws Exception {
    file("a/b/c", "deep");
    Linux.chmod(builds.context.resolve("a"), 0700);

    LayerStack stack =
        files("FROM scratch", "COPY --parents a/*/c /out/", "COPY --parents a/./b/c /");

    assertThat(content(stack, "/out/a/b/c")).isEqualTo("deep");
    assertThat(content(stack, "/b/c")).isEqualTo("deep");
    assertThat(stack.find("/out/a").orElseThrow().stat().permissions()).isEqualTo(0700);
  }

  @Test
  void doubleStarsFindFilesInAllFolders() throws Exception {
    file("a/x.txt", "1");
    file("a/b/y.txt", "2");
    file("a/b/z.md", "3");

    LayerStack stack = files("FROM scratch", "COPY --parents a/**/*.txt /");

    assertThat(content(stack, "/a/x.txt")).isEqualTo("1");
    assertThat(content(stack, "/a/b/y.txt")).isEqualTo("2");
    assertThat(stack.find("/a/b/z.md")).isEmpty();
  }

  @Test
  void aLinkThatAWildcardFindsGivesItsTargetsContentUnderItsOwnName() throws Exception {
    file("real", "text");
    Files.createSymbolicLink(builds.context.resolve("link"), Path.of("real"));

    LayerStack stack = files("FROM scratch", "COPY li* /out/");

    assertThat(stack.findNoFollow("/out/link").orElseThrow().stat().isRegular()).isTrue();
    assertThat(stack.find("/out/real")).isEmpty();
  }

  @Test
  void aLinkOfThatNameInTheTargetIsReplaced() throws Exception {
    file("d/f", "from the folder");
    file("f", "new");
    Files.delete(builds.context.resolve("d/f"));
    Files.createSymbolicLink(builds.context.resolve("d/f"), Path.of("/elsewhere"));

    LayerStack stack = files("FROM scratch", "COPY d /t/", "COPY f /t/");

    assertThat(content(stack, "/t/f")).isEqualTo("new");
    assertThat(stack.find("/elsewhere")).isEmpty();
  }

  @Test
  void aNamedContextTakesThePlaceOfAStage() throws Exception {
    Path other = Files.createDirectories(temp.resolve("other"));
    Files.writeString(other.resolve("f"), "context");
    builds.named.put("build", other.toString());

    LayerStack stack =
        files("FROM missing AS build", "RUN make", "FROM scratch", "COPY --from=build f /");

    assertThat(content(stack, "/f")).isEqualTo("context");
  }

  @Test
  void aNamedContextIgnoresWhatItSays() throws Exception {
    Path other = Files.createDirectories(temp.resolve("other"));
    Files.writeString(other.resolve("f"), "1");
    Files.writeString(other.resolve("g"), "2");
    Files.writeString(other.resolve(".dockerignore"), "g\n");
    builds.named.put("base", other.toString());

    LayerStack stack = files("FROM base");

    assertThat(stack.find("/f")).isPresent();
    assertThat(stack.find("/g")).isEmpty();
  }

  @Test
  void documentsAreFilesWithVariablesReplaced() throws Exception {
    LayerStack stack =
        files("FROM scratch", "ARG v=1", "COPY <<a <<\"b\" /d/", "v is $v", "a", "v is $v", "b");

    assertThat(content(stack, "/d/a")).isEqualTo("v is 1\n");
    assertThat(content(stack, "/d/b")).isEqualTo("v is $v\n");
  }

  @Test
  void theHistoryNamesFlagsAndSources() throws Exception {
    file("f", "x");

    List<String> history =
        builds
            .build("FROM scratch", "WORKDIR /w", "COPY --chown=1:2 --chmod=600 f <<doc ./", "doc")
            .image()
            .config()
            .history()
            .stream()
            .map(HistoryEntry::createdBy)
            .toList();

    assertThat(history.getLast()).isEqualTo("COPY --chown=1:2 --chmod=600 f <<doc ./ # buildkit");
  }

  @Test
  void aSecondBuildCopiesNothingAndGivesTheSameImage() throws Exception {
    file("f", "x");
    var first = builds.build("FROM scratch", "COPY f /").image().id();
    var second = builds.build("FROM scratch", "COPY f /").image().id();

    assertThat(second).isEqualTo(first);
    assertThat(outcomes()).contains(new BuildEvent.Outcome.Cached());
  }

  @Test
  void changedContentIsCopiedAnew() throws Exception {
    file("f", "x");
    builds.build("FROM scratch", "COPY f /");
    file("f", "changed");

    assertThat(content(files("FROM scratch", "COPY f /"), "/f")).isEqualTo("changed");
  }

  @Test
  void squashedLayersAreOneWithTheSameFiles() throws Exception {
    file("a/x", "1");
    file("b/y", "2");
    String[] lines = {"FROM scratch", "COPY a /d/", "COPY b /d/", "COPY --chmod=700 a /d/"};
    LayerStack plain = files(lines);
    builds.squash = true;

    var image = builds.build(lines).image();

    LayerStack stack = new LayerStack(image.layers());
    assertThat(image.layers()).hasSize(1);
    assertThat(content(stack, "/d/x")).isEqualTo("1");
    assertThat(content(stack, "/d/y")).isEqualTo("2");
    assertThat(stack.find("/d/x").orElseThrow().meta())
        .isEqualTo(plain.find("/d/x").orElseThrow().meta());
    assertThat(image.config().history().stream().filter(h -> !h.emptyLayer())).hasSize(1);
  }

  @Test
  void imagesWithRewrittenTimesAreTheSameAtAnyTime() throws Exception {
    builds.arguments.put("SOURCE_DATE_EPOCH", "1700000000");
    builds.output = new Output.Image(Optional.empty(), Map.of("rewrite-timestamp", "true"));
    String[] lines = {"FROM scratch", "WORKDIR /w", "COPY . /d/", "COPY f /d/sub/"};
    file("f", "1");
    file("sub/g", "2");
    Files.createSymbolicLink(builds.context.resolve("sub/l"), Path.of("g"));

    var first = builds.build(lines).image();
    Linux.lutimens(builds.context.resolve("f"), 1_800_000_000, 5);
    Linux.lutimens(builds.context.resolve("sub/l"), 1_800_000_000, 5);
    Linux.lutimens(builds.context.resolve("sub"), 1_800_000_000, 5);
    var other = new Builds(Files.createDirectory(temp.resolve("elsewhere")));
    other.arguments.putAll(builds.arguments);
    other.output = builds.output;
    Files.delete(other.context);
    Files.createSymbolicLink(other.context, builds.context);
    var second = other.build(lines).image();

    assertThat(second.target().digest()).isEqualTo(first.target().digest());
    LayerStack stack = new LayerStack(first.layers());
    assertThat(stack.find("/d/f").orElseThrow().stat().mtimeSec()).isEqualTo(1_700_000_000);
    assertThat(content(stack, "/d/sub/g")).isEqualTo("2");
  }

  @Test
  void aLinkedCopyDoesNotFollowLinksOfTheTarget() throws Exception {
    file("f", "x");
    file("d/real/z", "z");
    Files.createSymbolicLink(builds.context.resolve("d/link"), Path.of("real"));

    LayerStack stack = files("FROM scratch", "COPY d /", "COPY --link f /link/");

    assertThat(content(stack, "/link/f")).isEqualTo("x");
    assertThat(stack.find("/real/f")).isEmpty();
  }

  @Test
  void foldersThatAreMadeOnTheWayHaveThePermissionsOfChmod() throws Exception {
    file("d/f", "x");

    LayerStack stack = files("FROM scratch", "COPY --chmod=711 d/f /a/f", "COPY --chmod=700 d /b");

    assertThat(stack.find("/a").orElseThrow().stat().permissions()).isEqualTo(0711);
    assertThat(stack.find("/b").orElseThrow().stat().permissions()).isEqualTo(0700);
  }

  @Test
  void aWildcardDoesNotReachThroughLinks() throws Exception {
    file("d/x", "x");
    Files.createSymbolicLink(builds.context.resolve("link"), Path.of("d"));

    assertThat(files("FROM scratch", "COPY l*/x /t/").find("/t")).isEmpty();
    assertThat(content(files("FROM scratch", "COPY link/* /t/"), "/t/x")).isEqualTo("x");
  }

  @Test
  void aWildcardThatFindsALinkToNothingIsRefused() throws Exception {
    Files.createSymbolicLink(builds.context.resolve("link"), Path.of("nowhere"));

    assertThatThrownBy(() -> files("FROM scratch", "COPY l* /t/"))
        .hasMessageContaining("\"/link\": not found");
  }

  @Test
  void parentsNeedANameBehindThePivot() throws Exception {
    file("d/x", "x");

    assertThatThrownBy(() -> files("FROM scratch", "COPY --parents d/./ /t/"))
        .hasMessageContaining("\"/d\": not found; with --parents, write d/./*");
  }

  @Test
  void anArchiveAmongOtherSourcesLeavesTheseAlone() throws Exception {
    file("f", "plain");
    file("in/g", "packed");
    tar("a.tar");

    LayerStack stack = files("FROM scratch", "ADD [af]* /t/");

    assertThat(content(stack, "/t/f")).isEqualTo("plain");
    assertThat(content(stack, "/t/g")).isEqualTo("packed");
  }

  @Test
  void whatStandsLaterInTheLineWins() throws Exception {
    file("g", "plain");
    file("in/g", "packed");
    tar("a.tar");

    assertThat(content(files("FROM scratch", "ADD a.tar g /t/"), "/t/g")).isEqualTo("plain");
    assertThat(content(files("FROM scratch", "ADD g a.tar /t/"), "/t/g")).isEqualTo("packed");
  }

  private void tar(String name) throws IOException, InterruptedException {
    String[] command = {
      "tar", "-C", builds.context + "/in", "-cf", builds.context + "/" + name, "."
    };
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  @Test
  void aNumberAloneIsUserAndGroup() throws Exception {
    file("f", "x");

    LayerStack stack =
        files("FROM scratch", "USER 7", "WORKDIR /w", "COPY --chown=5: f /", "COPY --chown=6 f /g");

    assertThat(stack.find("/w").orElseThrow().stat().gid()).isEqualTo(7);
    assertThat(stack.find("/f").orElseThrow().stat().gid()).isZero();
    assertThat(stack.find("/g").orElseThrow().stat().gid()).isEqualTo(6);
  }

  @Test
  void aNameThatNobodyHasIsRootAndIsWarnedOf() throws Exception {
    file("f", "x");
    file("etc/passwd", "root:x:0:0:root:/:/bin/sh\n");

    LayerStack stack = files("FROM scratch", "COPY etc /etc", "COPY --chown=nobody f /");

    assertThat(stack.find("/f").orElseThrow().stat().uid()).isZero();
    assertThat(builds.events)
        .filteredOn(BuildEvent.Warned.class::isInstance)
        .singleElement()
        .asString()
        .contains("nobody");
    assertThatThrownBy(() -> files("FROM scratch", "COPY --chown=nobody f /"))
        .hasMessageContaining("use numbers");
  }

  @Test
  void whatNeedNotBeThereIsPassedOver() throws Exception {
    file("f", "x");

    LayerStack stack =
        files("FROM scratch", "COPY --if-exists none f /t/", "COPY --if-exists --parents a/b /");

    assertThat(content(stack, "/t/f")).isEqualTo("x");
    assertThat(stack.find("/a")).isEmpty();
  }
}
