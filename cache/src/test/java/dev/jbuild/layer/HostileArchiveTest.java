package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What archives try with names and links. Whatever happens, nothing outside is touched. */
class HostileArchiveTest extends ArchiveFixture {
  @ParameterizedTest
  @ValueSource(strings = {"../escape", "a/../../escape", "/../escape", "..", "a/../..", "./../x"})
  void namesThatClimbOutAreRefused(String name) throws IOException {
    refused(new TarBytes().file(name, "x").end(), "outside of its root");
    refused(new TarBytes().folder(name + "/").end(), "outside of its root");
    refused(new TarBytes().file("f", "").hardLink("g", name).end(), "outside of its root");
  }

  @Test
  void absoluteNamesStartAtTheRoot() throws IOException {
    Path fs = unpack(new TarBytes().file(outside + "/victim", "x").file("//y", "").end());
    assertThat(fs.resolve(outside.toString().substring(1)).resolve("victim")).hasContent("x");
    assertThat(fs.resolve("y")).exists();
  }

  @Test
  void aFileThroughALinkStaysBelowTheRoot() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .folder("usr/lib/")
                .symlink("lib", "/usr/lib")
                .file("lib/so", "x")
                .symlink("up", "../../../../usr")
                .file("up/y", "y")
                .end());
    assertThat(fs.resolve("usr/lib/so")).hasContent("x");
    assertThat(fs.resolve("usr/y")).hasContent("y");
    refused(
        new TarBytes().symlink("out", outside.toString()).file("out/victim", "x").end(),
        "no folder");
  }

  @Test
  void aFileOverALinkReplacesTheLink() throws IOException {
    Path fs =
        unpack(
            new TarBytes().symlink("v", outside.resolve("victim").toString()).file("v", "x").end());
    assertThat(fs.resolve("v")).isRegularFile().hasContent("x");
  }

  @Test
  void attributesOfAFolderNeverGoThroughALink() throws IOException {
    Linux.chmod(outside, 0751);
    Path fs =
        unpack(
            new TarBytes()
                .folder("d/")
                .symlink("d", outside.toString())
                .folder("e/")
                .entry('2', "e", outside.toString(), new byte[0])
                .end());
    assertThat(Linux.lstat(outside).permissions()).isEqualTo(0751);
    assertThat(Linux.lstat(fs.resolve("d")).isSymlink()).isTrue();
    Linux.chmod(outside, 0755);
  }

  @Test
  void hardLinksOutAreRefused() throws IOException {
    String victim = outside.resolve("victim").toString();
    refused(new TarBytes().hardLink("h", victim).end(), "does not have");
    refused(
        new TarBytes().symlink("s", outside.toString()).hardLink("h", "s/victim").end(),
        "does not have");
    refused(new TarBytes().folder("d/").hardLink("h", "d").end(), "links a folder");
    refused(new TarBytes().hardLink("h", "h").end(), "does not have");
    refused(new TarBytes().file(".wh.w", "").hardLink("h", "w").end(), "does not have");
    refused(new TarBytes().hardLink("h", "/").end(), "");
  }

  @Test
  void aHardLinkToALinkIsTheLinkItself() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .symlink("s", outside.resolve("victim").toString())
                .hardLink("h", "s")
                .file("h", "x")
                .end());
    assertThat(fs.resolve("h")).isRegularFile().hasContent("x");
  }

  @Test
  void aWriteIntoAHardLinkedNameDoesNotChangeTheOther() throws IOException {
    Path fs = unpack(new TarBytes().file("a", "a").hardLink("b", "a").file("b", "changed").end());
    assertThat(fs.resolve("a")).hasContent("a");
    assertThat(fs.resolve("b")).hasContent("changed");
  }

  @Test
  void aFolderSwappedForALinkBetweenLayersIsJustAFolderAndALink() throws IOException {
    Path one = unpack(new TarBytes().folder("etc/").file("etc/x", "1").end());
    Path two =
        layers
            .unpack(
                "lease",
                new ByteArrayInputStream(new TarBytes().symlink("etc", "/" + outside).end()),
                Optional.empty(),
                Optional.of(BLOB))
            .fs();
    Path three = unpack(new TarBytes().folder("etc/").file("etc/victim", "3").end());
    assertThat(one.resolve("etc/x")).hasContent("1");
    assertThat(Linux.lstat(two.resolve("etc")).isSymlink()).isTrue();
    assertThat(three.resolve("etc/victim")).hasContent("3");
    assertThat(Linux.lstat(three.resolve("etc")).isDirectory()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {".wh.", ".wh..", ".wh...", "a/.wh.", "a/.wh..."})
  void impossibleRemovalsAreRefused(String name) throws IOException {
    refused(new TarBytes().file(name, "").end(), "impossible name");
  }

  @Test
  void whiteoutsBecomeDevicesAndNeverTouchThisLayer() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .file(".wh.gone", "")
                .file("kept", "k")
                .file(".wh.kept", "")
                .folder("d/")
                .file("d/f", "f")
                .file(".wh.d", "")
                .file("e/.wh..wh..opq", "")
                .file(".wh..wh.plnk", "")
                .file(".wh.again", "")
                .folder("again/")
                .end());
    assertThat(Linux.lstat(fs.resolve("gone")).isWhiteout()).isTrue();
    assertThat(fs.resolve("kept")).hasContent("k");
    assertThat(fs.resolve("d/f")).hasContent("f");
    for (String opaque : List.of("d", "e", "again")) {
      assertThat(Overlay.isOpaque(Dir.HERE, fs.resolve(opaque).toString())).as(opaque).isTrue();
    }
    try (Stream<Path> names = Files.list(fs)) {
      assertThat(names.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("gone", "kept", "d", "e", "again");
    }
  }

  @Test
  void aWhiteoutThroughALinkStaysBelowTheRoot() throws IOException {
    refused(
        new TarBytes().symlink("s", outside.toString()).file("s/.wh.victim", "").end(),
        "no folder");
    refused(
        new TarBytes().symlink("s", outside.toString()).file("s/.wh..wh..opq", "").end(),
        "no folder");
  }

  @Test
  void overlayMarksAreRefused() throws IOException {
    refused(new TarBytes().device("w", '3', 0, 0).end(), "0:0");
    for (String name : List.of("trusted.overlay.opaque", "user.overlay.redirect")) {
      refused(
          new TarBytes().pax("SCHILY.xattr." + name + "=y").folder("d/").end(),
          "only overlayfs may");
    }
  }

  @Test
  void labelsOfAnotherMachineAreDropped() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .pax("SCHILY.xattr.security.selinux=x", "SCHILY.xattr.user.k=v")
                .file("f", "")
                .end());
    assertThat(Linux.llistxattr(fs.resolve("f"))).containsExactly("user.k");
  }

  @Test
  void devicesAndFifosAreMade() throws IOException {
    Path fs = unpack(new TarBytes().device("null", '3', 1, 3).device("p", '6', 0, 0).end());
    assertThat(Linux.lstat(fs.resolve("null")).rdev()).isEqualTo(FileStat.device(1, 3));
    assertThat(Linux.lstat(fs.resolve("p")).isFifo()).isTrue();
  }

  @Test
  void theLastOfTwoEntriesWins() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .file("a", "1")
                .file("a", "2")
                .folder("b/")
                .file("b/c", "")
                .file("b", "file")
                .file("c", "")
                .folder("c/")
                .folder("d/")
                .file("d/kept", "")
                .folder("d/")
                .end());
    assertThat(fs.resolve("a")).hasContent("2");
    assertThat(fs.resolve("b")).isRegularFile();
    assertThat(fs.resolve("c")).isDirectory();
    assertThat(fs.resolve("d/kept")).exists();
  }

  @Test
  void aFolderReachedThroughALinkThatIsReplacedIsForgotten() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .folder("real/")
                .symlink("s", "real")
                .folder("s/inner/")
                .file("s", "now a file")
                .end());
    assertThat(fs.resolve("real/inner")).isDirectory();
    assertThat(fs.resolve("s")).hasContent("now a file");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    refused(new TarBytes().file("f", "").file("f/g", "").end(), "no folder");
    refused(new TarBytes().symlink("s", "nowhere").file("s/g", "").end(), "no folder");
    refused(new TarBytes().symlink("s", "s").file("s/g", "").end(), "");
    refused(new TarBytes().file("", "x").end(), "in place of its root");
    refused(new TarBytes().symlink("s", "").end(), "a link to nothing");
  }

  /** As much as the limit, and a byte more, of which a compressor makes next to nothing. */
  @Test
  void whatExpandsBeyondTheLimitIsRefused() throws IOException {
    byte[] tar = new TarBytes().file("zeros", "0".repeat(100_000)).end();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(tar);
    }

    Layers strict = Layers.open(temp.resolve("strict"), OptionalLong.of(50_000));
    assertThatThrownBy(() ->
            strict.unpack(
                "lease",
                new ByteArrayInputStream(packed.toByteArray()),
                Optional.empty(),
                Optional.empty()))
        .hasMessageContaining("looks like a bomb")
        .hasMessageContaining("--max-layer-size");
    assertThat(temp.resolve("strict/tmp")).isEmptyDirectory();
    assertThat(temp.resolve("strict/layers")).doesNotExist();
    Layers wide = Layers.open(temp.resolve("wide"), OptionalLong.of(tar.length));
    assertThat(
            wide.unpack(
                    "lease",
                    new ByteArrayInputStream(packed.toByteArray()),
                    Optional.empty(),
                    Optional.empty())
                .fs()
                .resolve("zeros"))
        .hasSize(100_000);
  }
}
