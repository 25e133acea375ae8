package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileName;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What archives try with sizes, numbers, encodings and compression. */
class HostileHeaderTest extends ArchiveFixture {
  @Test
  void liesAboutSizesAreRefused() throws IOException {
    refused(new TarBytes().pax("size=99999999").file("f", "short").end(), "truncated");
    refused(new TarBytes().pax("size=-1").file("f", "").end(), "negative size");
    refused(new TarBytes().pax("size=99999999999999999999").file("f", "").end(), "broken pax");
    refused(new TarBytes().header('0', "f", "", 077777777777L).unfinished(), "truncated");
    refused(new TarBytes().header('x', "p", "", 1 << 30).unfinished(), "extended header");
    refused(new TarBytes().header('L', "p", "", 1 << 30).unfinished(), "extended header");
    refused(new TarBytes().header('x', "p", "", 1 << 19).unfinished(), "truncated");
    byte[] negative = TarBytes.block('0', "f", "", 0);
    java.util.Arrays.fill(negative, 124, 136, (byte) 0xff);
    refused(new TarBytes().raw(TarBytes.sum(negative)).end(), "negative size");
    byte[] huge = TarBytes.block('0', "f", "", 0);
    java.util.Arrays.fill(huge, 125, 136, (byte) 0xff);
    huge[124] = (byte) 0x80;
    refused(new TarBytes().raw(TarBytes.sum(huge)).end(), "too large");
  }

  @Test
  void aFolderOrLinkWithASizeHasNoData() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .header('5', "d/", "", 4096)
                .header('2', "s", "d", 512)
                .header('1', "h", "s", 512)
                .file("f", "f")
                .end());
    assertThat(fs.resolve("f")).hasContent("f");
    assertThat(Linux.lstat(fs.resolve("h")).isSymlink()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "5", "9 a=b", "99 a=b\n", "6 ab\n\n", "-5 a=b\n", "5 a=\n7", "0 a=b\n"})
  void brokenPaxHeadersAreRefused(String body) throws IOException {
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    refused(new TarBytes().entry('x', "p", "", bytes).file("f", "").end(), "broken pax");
  }

  @Test
  void nulInNamesIsRefused() throws IOException {
    refused(new TarBytes().pax("path=a\0b").file("f", "").end(), "NUL");
    refused(new TarBytes().pax("linkpath=a\0b").symlink("f", "").end(), "NUL");
  }

  @Test
  void namesTooLongForTheKernelAreRefused() throws IOException {
    refused(new TarBytes().pax("path=" + "n".repeat(5_000)).file("f", "").end(), "too long");
    refused(new TarBytes().pax("path=" + "n/".repeat(2_500) + "x").file("f", "").end(), "too long");
    refused(new TarBytes().pax("path=" + "n".repeat(500_000)).file("f", "").end(), "too long");
  }

  @Test
  void namesNeedNotBeUtf8() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .file("m\u00fcll", "1")
                .pax("path=h\u00f6he", "hdrcharset=BINARY")
                .file("f", "2")
                .end());
    byte[] first = {'m', (byte) 0xfc, 'l', 'l'};
    byte[] second = {'h', (byte) 0xf6, 'h', 'e'};
    try (Dir dir = Dir.open(fs)) {
      assertThat(dir.names())
          .containsExactlyInAnyOrder(FileName.decode(first), FileName.decode(second));
    }
  }

  @Test
  void impossibleOwnersAreRefused() throws IOException {
    refused(new TarBytes().pax("uid=4294967295").file("f", "").end(), "impossible owner");
    refused(new TarBytes().pax("gid=-1").file("f", "").end(), "impossible owner");
    Path fs = unpack(new TarBytes().pax("uid=4294967294", "gid=100000").file("f", "").end());
    assertThat(Linux.lstat(fs.resolve("f")).uid()).isEqualTo(-2);
    assertThat(Linux.lstat(fs.resolve("f")).gid()).isEqualTo(100_000);
  }

  @Test
  void unknownTypesAreRefused() throws IOException {
    refused(new TarBytes().entry('Z', "f", "", new byte[0]).end(), "unknown type");
  }

  @Test
  void sparseFilesAreExpandedWithHoles() throws IOException {
    Path fs =
        unpack(
            new TarBytes()
                .pax(
                    "GNU.sparse.major=0",
                    "GNU.sparse.minor=1",
                    "GNU.sparse.name=s",
                    "GNU.sparse.size=1073741824",
                    "GNU.sparse.map=0,3,1073741820,4")
                .file("GNUSparseFile.0/s", "ABCDEFG")
                .pax(
                    "GNU.sparse.major=1",
                    "GNU.sparse.minor=0",
                    "GNU.sparse.name=t",
                    "GNU.sparse.realsize=100")
                .entry('0', "GNUSparseFile.0/t", "", withMap("1\n50\n3\n", "xyz"))
                .end());
    assertThat(Linux.lstat(fs.resolve("s")).size()).isEqualTo(1 << 30);
    assertThat(Files.getAttribute(fs.resolve("s"), "unix:size", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(1L << 30);
    byte[] expected = new byte[100];
    TarBytes.text(expected, 50, "xyz");
    assertThat(fs.resolve("t")).hasBinaryContent(expected);
  }

  private static byte[] withMap(String map, String data) {
    byte[] bytes = new byte[512 + data.length()];
    TarBytes.text(bytes, 0, map);
    TarBytes.text(bytes, 512, data);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0,3",
        "0,99999",
        "5,3,2,2",
        "0,5,99,5",
        "-5,5",
        "0,5,",
        "9223372036854775807,5",
        "0,2,2,-2"
      })
  void sparseMapsThatLieAreRefused(String map) throws IOException {
    refused(
        new TarBytes()
            .pax(
                "GNU.sparse.major=0",
                "GNU.sparse.minor=1",
                "GNU.sparse.size=100",
                "GNU.sparse.map=" + map)
            .file("s", "ABCDE")
            .end(),
        "");
  }

  @Test
  void sparseMapsInTheDataThatLieAreRefused() throws IOException {
    for (String map : List.of("2\n0\n3\n", "x", "1\n50\n4\n", "999999999999\n", "1\n200\n3\n")) {
      refused(
          new TarBytes()
              .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=100")
              .entry('0', "t", "", withMap(map, "xyz"))
              .end(),
          "sparse");
    }
  }

  @Test
  void aCompressionBombFillsOnlyWhatItMay() throws IOException {
    Path small = Files.createDirectory(temp.resolve("small"));
    int mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small.toString());
    assumeTrue(mounted == 0, "needs to mount a small file system");
    try {
      ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
      byte[] tar = new TarBytes().entry('0', "zeros", "", new byte[64 << 20]).end();
      Compression.gzip(new ByteArrayInputStream(tar), gzipped);
      Layers tight = Layers.open(small);
      assertThatThrownBy(() ->
              tight.unpack(
                  "lease",
                  new ByteArrayInputStream(gzipped.toByteArray()),
                  Optional.empty(),
                  Optional.of(BLOB)))
          .hasMessageContaining("No space left");
      assertThat(tight.all()).isEmpty();
      try (Stream<Path> left = Files.list(small.resolve("tmp"))) {
        assertThat(left).isEmpty();
      }
    } finally {
      run("umount", small.toString());
    }
  }

  private static int run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aWrongDiffIdLeavesNothing() throws IOException {
    byte[] tar = new TarBytes().file("f", "x").end();
    DiffId wrong = new DiffId(Digest.sha256("other"));
    assertThatThrownBy(() ->
            layers.unpack(
                "lease", new ByteArrayInputStream(tar), Optional.of(wrong), Optional.of(BLOB)))
        .hasMessageContaining("as the image says");
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void bytesAfterTheEndOfTheArchiveCount() throws IOException {
    byte[] tar = new TarBytes().file("f", "x").end();
    byte[] longer = java.util.Arrays.copyOf(tar, tar.length + 700);
    longer[longer.length - 1] = 1;
    DiffId diffId = new DiffId(Digest.sha256(longer));
    Layer layer =
        layers.unpack(
            "lease", new ByteArrayInputStream(longer), Optional.of(diffId), Optional.of(BLOB));
    assertThat(layers.measure(layer).diffId()).isEqualTo(diffId);
  }

  @Test
  void whatIsNoArchiveIsRefused() throws IOException {
    refused("hello".repeat(500).getBytes(java.nio.charset.StandardCharsets.UTF_8), "not a tar");
    refused(new byte[] {0x1f, (byte) 0x8b, 8, 0}, "truncated");
  }

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedArchivesEitherFailCleanlyOrStayInside(long seed) throws IOException {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] tar =
        new TarBytes()
            .folder("a/")
            .symlink("a/s", "..")
            .pax("path=a/" + "n".repeat(120), "SCHILY.xattr.user.x=y", "mtime=1.5")
            .file("n", "content")
            .hardLink("h", "a/" + "n".repeat(60))
            .file("a/.wh.x", "")
            .device("d", '3', 1, 3)
            .end();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int block = random.nextInt(tar.length / 512) * 512;
      tar[block + random.nextInt(345)] = (byte) random.nextInt(256);
      byte[] header = java.util.Arrays.copyOfRange(tar, block, block + 512);
      if (random.nextInt(4) > 0) {
        System.arraycopy(TarBytes.sum(header), 0, tar, block, 512);
      }
    }
    try {
      Path fs = unpack(tar);
      assertThat(fs).isDirectory();
    } catch (IOException _) {
      assertThat(layers.all()).isEmpty();
    }
  }
}
