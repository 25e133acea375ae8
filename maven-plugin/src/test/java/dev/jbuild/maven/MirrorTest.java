package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path temp;

  @Test
  void copiesHaveTheSamePermissionsAndTimesWhateverTheSourcesHave() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-------"));
    Path folder = temp.resolve("mirror");

    new Mirror(folder, TIME).copy(Map.of("sub/a.jar", source));

    Path copy = folder.resolve("sub/a.jar");
    assertThat(copy).hasContent("text");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-r--r--");
    assertThat(Files.getLastModifiedTime(copy)).isEqualTo(FileTime.from(TIME));
    assertThat(Files.getLastModifiedTime(folder.resolve("sub"))).isEqualTo(FileTime.from(TIME));
  }

  @Test
  void nothingIsCopiedAgainWhileTheSourcesStay() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    new Mirror(folder, TIME).copy(Map.of("a", source));
    Object before = Files.getAttribute(folder.resolve("a"), "unix:ino");

    new Mirror(folder, TIME).copy(Map.of("a", source));
    assertThat(Files.getAttribute(folder.resolve("a"), "unix:ino")).isEqualTo(before);

    Files.writeString(source, "another text");
    new Mirror(folder, TIME).copy(Map.of("a", source));
    assertThat(folder.resolve("a")).hasContent("another text");
  }

  @Test
  void aByteThatChangesUnderSizeAndTimeIsNoticed() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    FileTime time = Files.getLastModifiedTime(source);
    new Mirror(folder, TIME).copy(Map.of("a", source));

    // In the same tick of the kernel's clock if it were not waited for.
    Files.writeString(source, "next");
    Files.setLastModifiedTime(source, time);
    new Mirror(folder, TIME).copy(Map.of("a", source));

    assertThat(folder.resolve("a")).hasContent("next");
  }

  @Test
  void asLongAsTheContentsStayTheFolderIsTheSame() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    String first = new Mirror(folder, TIME).copy(Map.of("a", source, "b/c", source));
    Object before = Files.getAttribute(folder.resolve("b/c"), "unix:ctime");

    Files.delete(source);
    Files.writeString(source, "text");
    assertThat(new Mirror(folder, TIME).copy(Map.of("a", source, "b/c", source))).isEqualTo(first);
    assertThat(Files.getAttribute(folder.resolve("b/c"), "unix:ctime")).isEqualTo(before);

    assertThat(new Mirror(folder, TIME).copy(Map.of("a", source))).isNotEqualTo(first);
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void whatStopsHalfwayIsOfAnotherContent() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    String first = new Mirror(folder, TIME).copy(Map.of("a", source));
    new Mirror(folder, TIME).begin();

    assertThat(new Mirror(folder, TIME).copy(Map.of("a", source))).isNotEqualTo(first);
  }

  @Test
  void aFileCanBecomeAFolderAndAFolderAFile() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    new Mirror(folder, TIME).copy(Map.of("a", source, "b/c/d", source));

    new Mirror(folder, TIME).copy(Map.of("a/x", source, "b", source));

    assertThat(folder.resolve("a/x")).hasContent("text");
    assertThat(folder.resolve("b")).hasContent("text");
  }

  @Test
  void whatIsNoLongerWantedGoes() throws IOException {
    Path source = Files.writeString(temp.resolve("a"), "text");
    Path folder = temp.resolve("mirror");
    new Mirror(folder, TIME).copy(Map.of("a", source, "b", source));

    new Mirror(folder, TIME).copy(Map.of("a", source));

    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void aNameThatLeadsOutOfTheFolderIsRefused() throws IOException {
    Mirror mirror = new Mirror(temp.resolve("mirror"), TIME);
    mirror.begin();

    assertThatThrownBy(() -> mirror.put("../evil", new ByteArrayInputStream(new byte[0])))
        .hasMessageContaining("leads out");
    assertThat(temp.resolve("evil")).doesNotExist();
  }
}
