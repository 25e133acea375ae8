package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands around a build, with the columns and texts that people's scripts expect. */
@EndToEnd
final class ImageCommandsTest {
  @TempDir private Path temp;

  private static String build(Jbuild jbuild, Folder context, String name) {
    context.dockerfile("FROM busybox\nRUN echo " + name + " > /name\nCMD [\"cat\", \"/name\"]\n");
    return jbuild.check("build", "-q", "-t", name, context).out().strip();
  }

  @Test
  void imagesListsWhatWasBuilt(Jbuild jbuild, Folder context) {
    String id = build(jbuild, context, "listed:1.2");

    String table = jbuild.check("images").out();

    assertThat(table.lines().findFirst().orElseThrow())
        .matches("REPOSITORY +TAG +IMAGE ID +CREATED +SIZE *");
    assertThat(table)
        .containsPattern("listed +1\\.2 +" + id.substring(7, 19) + " +.* ago +[\\d.]+MB");
    assertThat(jbuild.check("images", "-q", "listed").out()).isEqualTo(id.substring(7, 19) + "\n");
    assertThat(jbuild.check("images", "--no-trunc", "-q", "listed").out()).isEqualTo(id + "\n");
  }

  @Test
  void tagsComeAndGoAndTheLastOneTakesTheImage(Jbuild jbuild, Folder context) {
    String id = build(jbuild, context, "first:1");
    jbuild.check("tag", "first:1", "second:2");

    assertThat(jbuild.check("rmi", "first:1").out()).isEqualTo("Untagged: first:1\n");
    assertThat(jbuild.check("run", "--rm", "second:2").out()).isEqualTo("first:1\n");
    assertThat(jbuild.check("rmi", "second:2").out())
        .startsWith("Untagged: second:2\n")
        .contains("Deleted: " + id);
    Outcome gone = jbuild.run("inspect", "second:2");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.out()).isEqualTo("[]\n");
    assertThat(gone.err()).containsIgnoringCase("no such");
  }

  @Test
  void historyShowsTheInstructions(Jbuild jbuild, Folder context) {
    build(jbuild, context, "told:1");

    String history = jbuild.check("history", "--no-trunc", "told:1").out();

    assertThat(history.lines().findFirst().orElseThrow())
        .matches("IMAGE +CREATED +CREATED BY +SIZE +COMMENT *");
    assertThat(history)
        .contains("CMD [\"cat\" \"/name\"]")
        .contains("RUN /bin/sh -c echo told:1 > /name # buildkit")
        .contains("<missing>");
  }

  @Test
  void savedImagesLoadElsewhere(Jbuild jbuild, Folder context) {
    String id = build(jbuild, context, "moved:1");
    Path archive = temp.resolve("moved.tar");
    jbuild.check("save", "-o", archive, "moved:1");
    Jbuild other = Jbuild.on(temp.resolve("other"));

    assertThat(other.check("load", "-i", archive).out()).isEqualTo("Loaded image: moved:1\n");

    assertThat(other.check("images", "-q", "--no-trunc").out().strip()).isEqualTo(id);
    assertThat(other.check("run", "--rm", "moved:1").out()).isEqualTo("moved:1\n");
  }

  @Test
  void pushedImagesPullElsewhere(Jbuild jbuild, Folder context, LocalRegistry registry) {
    String name = registry.host() + "/team/app:7";
    String id = build(jbuild, context, name);

    assertThat(jbuild.check("push", name).out())
        .contains("The push refers to repository [" + registry.host() + "/team/app]")
        .containsPattern("7: digest: sha256:[0-9a-f]{64} size: \\d+");

    Jbuild other = Jbuild.on(temp.resolve("other"));
    assertThat(other.check("pull", name).out())
        .contains("7: Pulling from team/app")
        .containsPattern("Status: Downloaded newer image for");
    assertThat(other.check("pull", name).out()).contains("Status: Image is up to date for");
    assertThat(other.check("images", "-q", "--no-trunc").out().strip()).isEqualTo(id);
  }

  @Test
  void pruneTakesWhatNothingNames(Jbuild jbuild, Folder context) throws Exception {
    Jbuild own = new Jbuild(jbuild.launcher(), temp.resolve("pruned"), jbuild.registries());
    context.dockerfile("FROM busybox\nCOPY data /data\n");
    Trees.writeFile(context.path().resolve("data"), 5_000_000, 1);
    own.check("build", "-q", "-t", "again", context);
    Trees.writeFile(context.path().resolve("data"), 5_000_001, 2);
    own.check("build", "-q", "-t", "again", context);

    assertThat(own.check("prune", "-f", "-a").out())
        .containsPattern("Total reclaimed space: [\\d.]+MB");

    assertThat(own.check("run", "--rm", "again", "wc", "-c", "/data").out()).startsWith("5000001 ");
  }

  @Test
  void severalTagsAnIdFileAndATarget(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile(
        "FROM busybox AS one\nCMD [\"echo\", \"one\"]\nFROM busybox\nCMD [\"echo\", \"two\"]\n");
    Path idFile = temp.resolve("id");

    jbuild.check(
        "build",
        "-q",
        "-t",
        "many:1",
        "-t",
        "many:2",
        "--iidfile",
        idFile,
        "--target",
        "one",
        context);

    String id = Files.readString(idFile).strip();
    assertThat(jbuild.check("inspect", "many:1").out()).contains(id);
    assertThat(jbuild.check("run", "--rm", "many:2").out()).isEqualTo("one\n");
  }

  @Test
  void theDockerfileMayComeFromStdinOrElsewhere(Jbuild jbuild, Folder context) {
    context.file("elsewhere/Other.dockerfile", "FROM busybox\nCOPY f /\n").file("f", "f\n");
    jbuild.check(
        "build",
        "-q",
        "-t",
        "elsewhere",
        "-f",
        context.path().resolve("elsewhere/Other.dockerfile"),
        context);
    assertThat(jbuild.check("run", "--rm", "elsewhere", "cat", "/f").out()).isEqualTo("f\n");

    byte[] dockerfile =
        "FROM busybox\nRUN echo stdin > /f\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    jbuild.command("build", "-q", "-t", "stdin", "-").input(dockerfile).check();
    assertThat(jbuild.check("run", "--rm", "stdin", "cat", "/f").out()).isEqualTo("stdin\n");
    jbuild
        .command("-q", "-t", "stdin2", "-f", "-", context)
        .input("FROM busybox\nCOPY f /g\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .check();
    assertThat(jbuild.check("run", "--rm", "stdin2", "cat", "/g").out()).isEqualTo("f\n");
  }
}
