package dev.jbuild.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinuxTest {
  @TempDir Path temp;

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @Test
  void lstatSaysWhatNioSays() throws IOException {
    Path file = Files.writeString(temp.resolve("ä b"), "hello");
    Linux.lutimens(file, 1_600_000_000, 123_456_789);
    Linux.chmod(file, 04751);
    FileStat stat = Linux.lstat(file);
    assertThat(stat.isRegular()).isTrue();
    assertThat(stat.permissions()).isEqualTo(04751);
    assertThat(stat.size()).isEqualTo(5);
    assertThat(stat.mtimeSec()).isEqualTo(1_600_000_000);
    assertThat(stat.mtimeNanos()).isEqualTo(123_456_789);
    assertThat(stat.ino()).isEqualTo(attribute(file, "ino"));
    assertThat(stat.dev()).isEqualTo(attribute(file, "dev"));
    assertThat(stat.nlink()).isEqualTo(1);
    assertThat(stat.uid()).isEqualTo(Linux.euid());
    assertThat(stat.gid()).isEqualTo(Linux.egid());
  }

  private static long attribute(Path file, String name) throws IOException {
    Object value = Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
    return ((Number) value).longValue();
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("l"), Path.of("nowhere"));
    Linux.lutimens(link, 42, 0);
    assertThat(Linux.lstat(link).isSymlink()).isTrue();
    assertThat(Linux.lstat(link).mtimeSec()).isEqualTo(42);
    assertThat(Dir.HERE.readlink(link.toString())).isEqualTo("nowhere");
  }

  @Test
  void failuresNameThePathAndTheReason() {
    assertThatThrownBy(() -> Linux.lstat(temp.resolve("none")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> Linux.lstat(temp.resolve("n".repeat(300))))
        .hasMessageContaining("File name too long");
    assertThatThrownBy(() -> Dir.HERE.mkdir(temp.toString(), 0700))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Dir.HERE.mkdir(temp + "/a\0b", 0700)).hasMessageContaining("a\\0b");
  }

  @Test
  void devicesAndWhiteouts() throws IOException {
    assumeTrue(Linux.euid() == 0, "needs root to make devices");
    Linux.mknod(temp.resolve("null"), FileStat.CHARACTER | 0666, FileStat.device(1, 3));
    Linux.mknod(temp.resolve("gone"), FileStat.CHARACTER, 0);
    Linux.mknod(temp.resolve("big"), FileStat.BLOCK, FileStat.device(259, 70_000));
    assertThat(Linux.lstat(temp.resolve("null")).isWhiteout()).isFalse();
    assertThat(Linux.lstat(temp.resolve("null")).major()).isEqualTo(1);
    assertThat(Linux.lstat(temp.resolve("null")).minor()).isEqualTo(3);
    assertThat(Linux.lstat(temp.resolve("gone")).isWhiteout()).isTrue();
    assertThat(Linux.lstat(temp.resolve("big")).major()).isEqualTo(259);
    assertThat(Linux.lstat(temp.resolve("big")).minor()).isEqualTo(70_000);
  }

  @Test
  void attributesComeBack() throws IOException {
    assumeTrue(Linux.euid() == 0, "needs root for trusted attributes");
    Path file = Files.writeString(temp.resolve("f"), "");
    Linux.lsetxattr(file, "trusted.b", new byte[] {0, -1, 7});
    Linux.lsetxattr(file, "trusted.a", new byte[0]);
    assertThat(Linux.llistxattr(file)).containsExactly("trusted.a", "trusted.b");
    assertThat(Linux.lgetxattr(file, "trusted.b")).hasValue(new byte[] {0, -1, 7});
    assertThat(Linux.lgetxattr(file, "trusted.c")).isEmpty();
    Linux.lremovexattr(file, "trusted.a");
    assertThat(Linux.llistxattr(file)).containsExactly("trusted.b");
  }

  @Test
  void namesInAnyEncodingAreListedAndOpened() throws IOException {
    byte[] latin = {'m', (byte) 0xfc, 'l', 'l'};
    String name = FileName.decode(latin);
    try (Dir dir = Dir.open(temp)) {
      dir.create(name).close();
      dir.create("grün\uD83D\uDE00").close();
      assertThat(dir.names()).containsExactlyInAnyOrder(name, "grün\uD83D\uDE00");
      assertThat(dir.stat(name).isRegular()).isTrue();
      assertThat(FileName.encode(name)).isEqualTo(latin);
      assertThat(FileName.isUtf8(name)).isFalse();
      assertThat(FileName.isUtf8("grün\uD83D\uDE00")).isTrue();
      dir.unlink(name);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyNameSurvivesDecoding(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    String mixed = "é\uD83D\uDE00" + new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(FileName.encode(FileName.decode(bytes))).isEqualTo(bytes);
    byte[] utf8 = mixed.getBytes(StandardCharsets.UTF_8);
    assertThat(FileName.decode(utf8)).isEqualTo(mixed);
    byte[] cut = java.util.Arrays.copyOfRange(utf8, 1, utf8.length);
    assertThat(FileName.encode(FileName.decode(cut))).isEqualTo(cut);
  }

  @Test
  void aFolderOpenedInItsRootDoesNotLeaveIt() throws IOException {
    Files.createDirectories(temp.resolve("root/inner"));
    Files.createDirectories(temp.resolve("outside"));
    Files.createSymbolicLink(temp.resolve("root/up"), Path.of("../outside"));
    Files.createSymbolicLink(temp.resolve("root/abs"), Path.of("/inner"));
    try (Dir root = Dir.open(temp.resolve("root"));
        Dir inner = root.openInRoot("abs")) {
      inner.create("x").close();
      assertThatThrownBy(() -> root.openInRoot("up")).isInstanceOf(NoSuchFileException.class);
    }
    assertThat(temp.resolve("root/inner/x")).exists();
  }

  @Test
  void deepAndLockedTreesAreRemoved() throws IOException {
    Path top = Files.createDirectory(temp.resolve("top"));
    Files.createDirectory(temp.resolve("kept"));
    Files.writeString(temp.resolve("kept/file"), "");
    Files.createSymbolicLink(top.resolve("link"), temp.resolve("kept"));
    Files.createDirectory(top.resolve(".removed-0"));
    List<Dir> open = new ArrayList<>();
    Dir dir = Dir.open(top);
    open.add(dir);
    for (int i = 0; i < 450; i++) {
      dir.mkdir("d", 0700);
      dir.create("f").close();
      dir = dir.openDir("d");
      open.add(dir);
    }
    open.forEach(Dir::close);
    Linux.chmod(top.resolve("d"), 0);
    Linux.deleteTree(top);
    assertThat(top).doesNotExist();
    assertThat(temp.resolve("kept/file")).exists();
    Linux.deleteTree(top);
  }

  @Test
  void aLargeTreeIsRemovedOnAllCoresAndLinksAreNotFollowed() throws IOException {
    Path kept = Files.createDirectories(temp.resolve("kept/below"));
    Files.writeString(kept.resolve("file"), "x");
    Path top = Files.createDirectories(temp.resolve("top"));
    for (int i = 0; i < 60; i++) {
      Path folder = Files.createDirectories(top.resolve("a" + i % 3 + "/b" + i + "/c"));
      Files.writeString(Files.createDirectory(folder.resolve("d")).resolve("f"), "y");
      Files.writeString(folder.resolve("g"), "z");
      Files.createSymbolicLink(folder.resolve("out"), temp.resolve("kept"));
      Files.createSymbolicLink(top.resolve("link" + i), temp.resolve("kept"));
    }
    Linux.chmod(top.resolve("a1"), 0);
    try (Dir dir = Dir.open(top)) {
      String name = FileName.decode(new byte[] {(byte) 0xff, 'x'});
      dir.mkdir(name, 0700);
      try (Dir below = dir.openDir(name)) {
        below.create("f").close();
      }
    }

    Linux.deleteLargeTree(top);

    assertThat(top).doesNotExist();
    assertThat(kept.resolve("file")).exists();
    Linux.deleteLargeTree(top);
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("kept"));
    Linux.deleteLargeTree(link);
    assertThat(kept.resolve("file")).exists();
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void aLockExcludesAnother() throws IOException {
    String path = temp.resolve("lock").toString();
    try (OpenFile one = Dir.HERE.lockFile(path);
        OpenFile two = Dir.HERE.lockFile(path)) {
      assertThat(one.lock(true, false)).isTrue();
      assertThat(two.lock(true, false)).isFalse();
    }
    try (OpenFile three = Dir.HERE.lockFile(path)) {
      assertThat(three.lock(true, false)).isTrue();
    }
  }
}
