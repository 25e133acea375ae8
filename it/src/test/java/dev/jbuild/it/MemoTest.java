package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A build that is answered from memory gives the answer that building would give, whatever has
 * changed since.
 */
@EndToEnd
final class MemoTest {
  private static final List<String> NAMES =
      List.of(
          "content",
          "mode",
          "more",
          "less",
          "link",
          "ignore",
          "ignored",
          "dockerfile",
          "base",
          "environment",
          "tag",
          "removed",
          "damage",
          "named",
          "idfile",
          "metadata");

  @TempDir private static Path temp;

  /** What is young is not remembered, so that all contexts grow old together. */
  @BeforeAll
  static void contexts() throws Exception {
    for (String name : NAMES) {
      new Folder(Files.createDirectory(temp.resolve(name)))
          .dockerfile("FROM jbuild/tiny\nARG V\nENV V=$V\nCOPY . /app\nRUN echo ran > /ran\n")
          .file("a/f", "one")
          .file("b", "b")
          .link("l", "b")
          .file("logs/x.log", "x")
          .file(".dockerignore", "logs\n");
    }
    Thread.sleep(3_200);
  }

  private static Command build(Jbuild jbuild, String context, Object... more) {
    return jbuild.command("build", "-q", "-t", "memo").and(more).and(temp.resolve(context));
  }

  /** Builds until it is remembered. */
  private static String remember(Jbuild jbuild, String context, Object... more) throws IOException {
    String id = build(jbuild, context, more).check().out();
    assertThat(build(jbuild, context, more).check().out()).isEqualTo(id);
    assertThat(memos(jbuild)).as("memos").isNotEmpty();
    return id;
  }

  private static List<Path> memos(Jbuild jbuild) throws IOException {
    try (Stream<Path> files = Files.list(jbuild.store().resolve("memos"))) {
      return files.toList();
    }
  }

  /** The answer is that of building, and not the one from before. */
  private static void changed(Jbuild jbuild, String before, String context, Object... more) {
    String answer = build(jbuild, context, more).check().out();
    String built = build(jbuild, context, more).with("JBUILD_MEMO", "off").check().out();
    assertThat(answer).isEqualTo(built).isNotEqualTo(before);
  }

  @Test
  void contentOfTheSameLength(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "content");
    Files.writeString(temp.resolve("content/a/f"), "two");
    changed(jbuild, before, "content");
  }

  @Test
  void permissions(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "mode");
    new Folder(temp.resolve("mode")).permissions("a/f", "rwx------");
    changed(jbuild, before, "mode");
  }

  @Test
  void oneFileMore(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "more");
    Files.writeString(temp.resolve("more/a/g"), "");
    changed(jbuild, before, "more");
  }

  @Test
  void oneFileLess(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "less");
    Files.delete(temp.resolve("less/b"));
    changed(jbuild, before, "less");
  }

  @Test
  void theTargetOfALink(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "link");
    Files.delete(temp.resolve("link/l"));
    Files.createSymbolicLink(temp.resolve("link/l"), Path.of("a"));
    changed(jbuild, before, "link");
  }

  @Test
  void theIgnoreFile(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "ignore");
    Files.writeString(temp.resolve("ignore/Dockerfile.dockerignore"), "b\n");
    changed(jbuild, before, "ignore");
  }

  @Test
  void whatIsIgnoredDoesNotCount(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "ignored");
    List<Path> memos = memos(jbuild);
    Files.writeString(temp.resolve("ignored/logs/y.log"), "y");
    assertThat(build(jbuild, "ignored").check().out()).isEqualTo(before);
    // a build that was done would have written its list anew, under another name
    assertThat(memos(jbuild)).containsExactlyInAnyOrderElementsOf(memos);
  }

  @Test
  void theDockerfile(Jbuild jbuild) throws Exception {
    String before = remember(jbuild, "dockerfile");
    Files.writeString(
        temp.resolve("dockerfile/Dockerfile"), "FROM jbuild/tiny\nCOPY a /app\nLABEL a=b\n");
    changed(jbuild, before, "dockerfile");
  }

  @Test
  void theBaseImagesName(Jbuild jbuild) throws Exception {
    Path other = temp.resolve("base/other");
    Files.writeString(other, "FROM jbuild/tiny\nLABEL is=other\n");
    jbuild.check("build", "-q", "-t", "base", "-f", temp.resolve("base/Dockerfile"), temp);
    Files.writeString(temp.resolve("from-base"), "FROM base\nLABEL on=base\n");
    Object[] file = {"-f", temp.resolve("from-base")};
    String before = remember(jbuild, "base", file);
    jbuild.check("build", "-q", "-t", "base", "-f", other, temp.resolve("base/a"));
    changed(jbuild, before, "base", file);
  }

  @Test
  void theEnvironmentThatAnArgumentComesFrom(Jbuild jbuild) throws Exception {
    Object[] argument = {"--build-arg", "V"};
    String before = build(jbuild, "environment", argument).with("V", "1").check().out();
    build(jbuild, "environment", argument).with("V", "1").check();
    assertThat(memos(jbuild)).isNotEmpty();
    assertThat(build(jbuild, "environment", argument).with("V", "2").check().out())
        .isNotEqualTo(before);
    assertThat(build(jbuild, "environment", "--build-arg", "V=1").check().out()).isEqualTo(before);
  }

  @Test
  void theNameThatItGave(Jbuild jbuild) throws Exception {
    String id = remember(jbuild, "tag");
    jbuild.check("tag", "jbuild/tiny", "memo");
    build(jbuild, "tag").check();
    assertThat(jbuild.check("inspect", "-f", "{{.Id}}", "memo").out()).isEqualTo(id);
  }

  @Test
  void theImageItself(Jbuild jbuild) throws Exception {
    String id = remember(jbuild, "removed");
    jbuild.check("rmi", "memo");
    assertThat(build(jbuild, "removed").check().out()).isEqualTo(id);
    assertThat(jbuild.check("run", "--rm", "memo", "cat", "/ran").out()).isEqualTo("ran\n");
  }

  @Test
  void damageOfTheStore(Jbuild jbuild) throws Exception {
    String id = remember(jbuild, "damage");
    for (Path memo : memos(jbuild)) {
      byte[] bytes = Files.readAllBytes(memo);
      bytes[bytes.length / 2] ^= 1;
      Files.write(memo, bytes);
    }
    assertThat(build(jbuild, "damage").check().out()).as("damaged memos").isEqualTo(id);

    Command.of("rm", "-r", jbuild.store().resolve("steps")).check();
    String again = build(jbuild, "damage").check().out();
    assertThat(again).as("records gone").startsWith("sha256:");
    assertThat(jbuild.check("run", "--rm", "memo", "cat", "/ran").out()).isEqualTo("ran\n");
  }

  @Test
  void aNamedContext(Jbuild jbuild) throws Exception {
    Path other = Files.createDirectory(temp.resolve("named-other"));
    Files.writeString(other.resolve("f"), "one");
    Files.writeString(temp.resolve("from-named"), "FROM scratch\nCOPY --from=more f /f\n");
    Thread.sleep(3_200);
    Object[] more = {"-f", temp.resolve("from-named"), "--build-context", "more=" + other};
    String before = build(jbuild, "named", more).check().out();
    build(jbuild, "named", more).check();
    Files.writeString(other.resolve("f"), "two");
    changed(jbuild, before, "named", more);
  }

  @Test
  void theFileForTheId(Jbuild jbuild) throws Exception {
    Path file = temp.resolve("id");
    String id = remember(jbuild, "idfile", "--iidfile", file);
    Files.delete(file);
    build(jbuild, "idfile", "--iidfile", file).check();
    assertThat(Files.readString(file)).isEqualTo(id.strip());
  }

  @Test
  void theFileForTheMetadata(Jbuild jbuild) throws Exception {
    Path file = temp.resolve("metadata.json");
    String id = remember(jbuild, "metadata", "--metadata-file", file);
    Files.delete(file);
    build(jbuild, "metadata", "--metadata-file", file).check();
    assertThat(Files.readString(file))
        .contains("\"containerimage.config.digest\": \"" + id.strip() + "\"");
  }
}
