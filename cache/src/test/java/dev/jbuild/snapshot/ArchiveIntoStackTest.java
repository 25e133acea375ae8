package dev.jbuild.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ADD of an archive: what it finds below, as a program in the container would. */
class ArchiveIntoStackTest {
  @TempDir Path temp;
  private Path base;
  private Path content;
  private Layers layers;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Linux.euid() == 0, "needs root: the entries belong to root");
    base = Files.createDirectories(temp.resolve("base"));
    content = Files.createDirectories(temp.resolve("content"));
    layers = Layers.open(temp.resolve("store"));
  }

  private Path archive(String... options) throws IOException, InterruptedException {
    Path archive = temp.resolve("a.tar");
    List<String> command = new java.util.ArrayList<>(List.of("tar", "-C", content.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cf", archive.toString(), "."));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    return archive;
  }

  private Path extract(Path archive, String destination, Optional<int[]> owner) throws IOException {
    Draft draft = layers.draft("lease");
    try (InputStream in = Files.newInputStream(archive)) {
      LayerStack below = new LayerStack(List.of(new Layer(new LayerId("0a"), base)));
      layers.extractArchive(draft, below, destination, in, owner);
      return draft.commit().fs();
    } finally {
      draft.close();
    }
  }

  @Test
  void linksOfTheLowerLayersAreFollowed() throws Exception {
    Files.createDirectories(base.resolve("usr/lib"));
    Linux.chmod(base.resolve("usr"), 0711);
    Linux.lutimens(base.resolve("usr"), 1_500_000_000, 0);
    Files.createSymbolicLink(base.resolve("lib"), Path.of("usr/lib"));
    Files.createSymbolicLink(base.resolve("opt"), Path.of("/srv/opt"));
    Files.createDirectories(content.resolve("sub"));
    Files.writeString(content.resolve("so"), "so");
    Files.writeString(content.resolve("sub/x"), "x");
    Path fs = extract(archive("-z"), "/lib", Optional.empty());
    assertThat(fs.resolve("usr/lib/so")).hasContent("so");
    assertThat(fs.resolve("usr/lib/sub/x")).hasContent("x");
    assertThat(fs.resolve("lib")).doesNotExist();
    assertThat(Linux.lstat(fs.resolve("usr")).permissions()).isEqualTo(0711);
    assertThat(Linux.lstat(fs.resolve("usr")).mtimeSec()).isEqualTo(1_500_000_000);
    Path other = extract(archive("-J"), "/opt/new", Optional.empty());
    assertThat(other.resolve("srv/opt/new/so")).hasContent("so");
  }

  @Test
  void ownersMayBeOverridden() throws Exception {
    Files.createDirectories(content.resolve("d"));
    Files.writeString(content.resolve("d/f"), "f");
    Files.createLink(content.resolve("d/g"), content.resolve("d/f"));
    Linux.lchown(content.resolve("d/f"), 5, 6);
    Path kept = extract(archive("--zstd"), "/", Optional.empty());
    assertThat(Linux.lstat(kept.resolve("d/f")).uid()).isEqualTo(5);
    Path given = extract(archive("-j"), "/", Optional.of(new int[] {1000, 1001}));
    assertThat(Linux.lstat(given.resolve("d/f")).uid()).isEqualTo(1000);
    assertThat(Linux.lstat(given.resolve("d")).gid()).isEqualTo(1001);
    assertThat(Linux.lstat(given.resolve("d/g")).nlink()).isEqualTo(2);
  }

  @Test
  void aFolderInPlaceOfALinkReplacesIt() throws Exception {
    Files.createDirectories(base.resolve("real"));
    Files.createSymbolicLink(base.resolve("d"), Path.of("real"));
    Files.createDirectories(content.resolve("d"));
    Files.writeString(content.resolve("d/f"), "f");
    Path fs = extract(archive(), "/", Optional.empty());
    assertThat(Linux.lstat(fs.resolve("d")).isDirectory()).isTrue();
    assertThat(fs.resolve("d/f")).hasContent("f");
  }

  @Test
  void aHostileLinkBelowStaysBelow() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.createSymbolicLink(base.resolve("out"), outside);
    Files.createSymbolicLink(base.resolve("up"), Path.of("../../../../.." + outside));
    Files.writeString(content.resolve("f"), "f");
    Path fs = extract(archive(), "/out", Optional.empty());
    assertThat(fs.resolve(outside.toString().substring(1)).resolve("f")).hasContent("f");
    extract(archive(), "/up/../up", Optional.empty());
    assertThat(outside).isEmptyDirectory();
  }

  /** An archive that makes a link first and then a file behind it. */
  private Path behindLink(String target) throws IOException, InterruptedException {
    Files.createSymbolicLink(content.resolve("a"), Path.of(target));
    Path first = archive();
    Files.delete(content.resolve("a"));
    Files.createDirectories(content.resolve("a/etc"));
    Files.writeString(content.resolve("a/etc/passwd"), "mine");
    String[] more = {"tar", "-C", content.toString(), "-rf", first.toString(), "a/etc/passwd"};
    assertThat(new ProcessBuilder(more).start().waitFor()).isZero();
    return first;
  }

  @Test
  void anAbsoluteLinkOfTheArchiveStaysInTheDestination() throws Exception {
    Files.createDirectories(base.resolve("srv"));
    Path fs = extract(behindLink("/srv"), "/app", Optional.empty());
    assertThat(fs.resolve("app/srv/etc/passwd")).hasContent("mine");
    assertThat(fs.resolve("srv")).doesNotExist();
    assertThat(Linux.lstat(fs.resolve("app/a")).isSymlink()).isTrue();
  }

  @Test
  void aClimbingLinkOfTheArchiveStaysInTheDestination() throws Exception {
    Files.createDirectories(base.resolve("etc"));
    Files.createSymbolicLink(base.resolve("app"), Path.of("opt/app"));
    Path fs = extract(behindLink("../.."), "/app", Optional.empty());
    assertThat(fs.resolve("opt/app/etc/passwd")).hasContent("mine");
    assertThat(fs.resolve("etc")).doesNotExist();
  }

  @Test
  void aClimbingNameStaysInTheDestination() throws Exception {
    Files.writeString(content.resolve("f"), "f");
    Path archive = archive("-P", "--transform=s,^./f,../../f,");
    Path fs = extract(archive, "/srv/app", Optional.empty());
    assertThat(fs.resolve("srv/app/f")).hasContent("f");
  }

  @Test
  void reservedNamesAreRefused() throws Exception {
    Files.writeString(content.resolve(".wh.passwd"), "");
    Path archive = archive();
    assertThatThrownBy(() -> extract(archive, "/etc", Optional.empty()))
        .hasMessageContaining(".wh.passwd");
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void anEmptyArchiveMakesTheDestination() throws Exception {
    Path fs = extract(archive(), "/srv/new", Optional.empty());
    assertThat(fs.resolve("srv/new")).isEmptyDirectory();
  }
}
