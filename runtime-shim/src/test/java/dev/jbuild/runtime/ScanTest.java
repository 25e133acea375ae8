package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScanTest {
  @TempDir private Path folder;

  private List<String> paths(String... pruned) throws IOException {
    return Scan.scan(ShimBinary.locate(), folder, List.of(pruned)).stream()
        .map(ScanEntry::path)
        .toList();
  }

  @Test
  void pathsAreSortedByTheirBytes() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    Files.createDirectories(folder.resolve("a.d"));
    for (String name : List.of("a.d/x", "a/b/c", "a/z", "a-b", "a0", "Z", "é", "aa")) {
      Files.writeString(folder.resolve(name), name);
    }
    List<String> sorted =
        List.of("Z", "a", "a-b", "a.d", "a.d/x", "a/b", "a/b/c", "a/z", "a0", "aa", "é");
    assertThat(paths()).isEqualTo(sorted);
  }

  @Test
  void anEntryHasWhatStatSays() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "12345");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("/no where"));
    List<ScanEntry> entries = Scan.scan(ShimBinary.locate(), folder);
    ScanEntry entry = entries.getFirst();
    Map<String, Object> stat =
        Files.readAttributes(file, "unix:mode,uid,gid,ino,dev,nlink", LinkOption.NOFOLLOW_LINKS);
    assertThat(entry.mode()).isEqualTo(stat.get("mode"));
    assertThat(entry.uid()).isEqualTo(stat.get("uid"));
    assertThat(entry.gid()).isEqualTo(stat.get("gid"));
    assertThat(entry.ino()).isEqualTo(stat.get("ino"));
    assertThat(entry.dev()).isEqualTo(stat.get("dev"));
    assertThat(entry.nlink()).isEqualTo(1);
    assertThat(entry.size()).isEqualTo(5);
    assertThat(entry.isRegular()).isTrue();
    assertThat(entry.mtimeSec() * 1_000_000_000L + entry.mtimeNanos())
        .isEqualTo(Files.getLastModifiedTime(file).to(java.util.concurrent.TimeUnit.NANOSECONDS));
    assertThat(entries.get(1).isSymlink()).isTrue();
    assertThat(entries.get(1).linkTarget()).isEqualTo("/no where");
  }

  @Test
  void linksAreNotFollowedAndPrunedFoldersNotEntered() throws IOException {
    Files.createDirectories(folder.resolve("node_modules/x"));
    Files.createDirectories(folder.resolve("src/node_modules"));
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    assertThat(paths("node_modules"))
        .containsExactly("loop", "node_modules", "src", "src/node_modules");
  }

  @Test
  void anEmptyFolderAndOneThatIsNotThere() throws IOException {
    assertThat(paths()).isEmpty();
    assertThatThrownBy(() -> Scan.scan(ShimBinary.locate(), folder.resolve("gone")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("jbuild-shim: scan: open ")
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void manyFilesInManyFolders() throws IOException {
    for (int i = 0; i < 40; i++) {
      Path below = Files.createDirectories(folder.resolve("d" + i));
      for (int j = 0; j < 50; j++) {
        Files.createFile(below.resolve("f".repeat(100) + j));
      }
    }
    assertThat(paths()).hasSize(40 * 51).isSorted();
  }

  @Test
  void namesThatAreNotTextStayApart() throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'n\\351')\" \"$(printf 'n\\350')\"")
            .directory(folder.toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    assertThat(paths()).containsExactly("n\udce8", "n\udce9");
  }
}
