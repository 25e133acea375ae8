package dev.jbuild.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.runtime.Scan;
import dev.jbuild.runtime.ShimBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ways to compare a folder with its list, the shim's and Java's own, say the same. */
final class ContextListTest {
  @TempDir private Path temp;
  private Path folder;
  private Path list;

  /** A change that may matter. */
  private interface Change {
    void make() throws IOException;
  }

  @BeforeEach
  void fill() throws IOException {
    folder = temp.resolve("context");
    list = temp.resolve("list");
    Files.createDirectories(folder.resolve("a/deep"));
    Files.createDirectories(folder.resolve("logs"));
    Files.writeString(folder.resolve("a/deep/f"), "f");
    Files.writeString(folder.resolve("a.b"), "sorts between a and a/");
    Files.writeString(folder.resolve("logs/x"), "x");
    Files.writeString(folder.resolve("y.log"), "y");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("a.b"));
  }

  private void write(String rules) throws IOException {
    IgnoreRules ignore = IgnoreRules.parse(rules.getBytes(StandardCharsets.UTF_8));
    // the list of a folder that is this young is for tests alone
    Files.write(list, ContextTree.scan(ShimBinary.locate(), folder, ignore).listOfAnyAge());
  }

  private boolean isSame() throws IOException {
    boolean java = ContextList.isSame(list, folder);
    assertThat(Scan.same(ShimBinary.locate(), list, folder)).as("the shim").isEqualTo(java);
    return java;
  }

  private void counts(String rules, Change change) throws IOException {
    write(rules);
    assertThat(isSame()).as("unchanged").isTrue();
    change.make();
    assertThat(isSame()).as("changed").isFalse();
  }

  private void doesNotCount(String rules, Change change) throws IOException {
    write(rules);
    change.make();
    assertThat(isSame()).isTrue();
  }

  @Test
  void aTreeSaysWhatWasLookedAt() throws IOException {
    Path young = folder.resolve("a.b");
    Digest content = Digest.sha256("sorts between a and a/");
    IgnoreRules ignore = IgnoreRules.parse("*.log\n".getBytes(StandardCharsets.UTF_8));
    Files.setLastModifiedTime(young, FileTime.fromMillis(0));
    ContextTree tree = ContextTree.scan(ShimBinary.locate(), folder, ignore);
    assertThat(tree.uses()).hasValue(List.of());

    for (String path : List.of("a.b", "link", "none", "y.log")) {
      tree.lookup(path);
    }
    tree.list(tree.lookup("a").orElseThrow());
    tree.read(young, content);

    String at = folder + "/";
    assertThat(tree.uses().orElseThrow())
        .contains(
            List.of("names", at + "a", "deep"),
            List.of("dir", at + "a", Integer.toOctalString(mode("a"))),
            List.of("link", at + "link", "a.b"),
            List.of("none", at + "none"))
        .anySatisfy(line -> {
          assertThat(line).startsWith("used", at + "a.b").endsWith(content.hex());
          assertThat(line.get(3))
              .as("its times, or that they are too young")
              .matches("|22[.]0[.].*");
        })
        .hasSize(6);
  }

  private int mode(String path) throws IOException {
    return (Integer) Files.getAttribute(folder.resolve(path), "unix:mode");
  }

  @Test
  void contentCounts() throws IOException {
    counts("", () -> Files.writeString(folder.resolve("a/deep/f"), "g"));
  }

  @Test
  void aTimeThatWasSetBackCounts() throws IOException {
    FileTime before = Files.getLastModifiedTime(folder.resolve("a.b"));
    counts(
        "",
        () -> {
          Files.writeString(folder.resolve("a.b"), "sorts between a and b/");
          Files.setLastModifiedTime(folder.resolve("a.b"), before);
        });
  }

  @Test
  void permissionsOfFilesAndFoldersCount() throws IOException {
    counts(
        "",
        () ->
            Files.setPosixFilePermissions(
                folder.resolve("a/deep/f"), PosixFilePermissions.fromString("rwx------")));
    counts(
        "",
        () ->
            Files.setPosixFilePermissions(
                folder.resolve("a/deep"), PosixFilePermissions.fromString("rwx------")));
  }

  @Test
  void newAndRemovedNamesCount() throws IOException {
    counts("", () -> Files.writeString(folder.resolve("a/new"), ""));
    counts("", () -> Files.createDirectory(folder.resolve("zz")));
    counts("", () -> Files.delete(folder.resolve("zz")));
    counts("", () -> Files.delete(folder.resolve("a.b")));
  }

  @Test
  void anotherLinkCounts() throws IOException {
    counts(
        "",
        () -> {
          Files.delete(folder.resolve("link"));
          Files.createSymbolicLink(folder.resolve("link"), Path.of("a"));
        });
  }

  @Test
  void whatIsIgnoredDoesNotCount() throws IOException {
    doesNotCount("logs\n*.log\n", () -> Files.writeString(folder.resolve("logs/new"), "new"));
    doesNotCount("logs\n*.log\n", () -> Files.writeString(folder.resolve("y.log"), "changed"));
  }

  @Test
  void timesOfFoldersDoNotCount() throws IOException {
    doesNotCount("", () -> Files.setLastModifiedTime(folder.resolve("a"), FileTime.fromMillis(0)));
  }

  @Test
  void aFileThatARuleTakesBackInCountsInAnIgnoredFolder() throws IOException {
    counts("logs\n!logs/keep\n", () -> Files.writeString(folder.resolve("logs/keep"), ""));
    counts(
        "y.log\n!y.log/keep\n",
        () -> {
          Files.delete(folder.resolve("y.log"));
          Files.createDirectory(folder.resolve("y.log"));
          Files.writeString(folder.resolve("y.log/keep"), "");
        });
  }

  @Test
  void aListThatIsCutOffIsNoList() throws IOException {
    write("");
    byte[] whole = Files.readAllBytes(list);
    for (int length : new int[] {1, 4, 50, whole.length / 2, whole.length - 1}) {
      Files.write(list, java.util.Arrays.copyOf(whole, length));
      assertThat(isSame()).as("%s bytes", length).isFalse();
    }
  }

  @Test
  void whatIsYoungHasNoList() throws IOException {
    IgnoreRules none = IgnoreRules.parse(new byte[0]);
    assertThat(ContextTree.scan(ShimBinary.locate(), folder, none).list()).isEmpty();
  }

  @Test
  void manyFilesAreComparedToo() throws IOException {
    for (int i = 0; i < 1100; i++) {
      Files.writeString(folder.resolve("n" + i), "");
    }
    counts("", () -> Files.writeString(folder.resolve("n1099"), "x"));
  }
}
