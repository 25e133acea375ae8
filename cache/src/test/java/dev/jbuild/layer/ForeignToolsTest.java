package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is packed here, others read; what they pack, is read here. */
class ForeignToolsTest {
  @TempDir Path temp;
  private Layers layers;

  static LongStream seeds() {
    return LongStream.range(100, 112);
  }

  @BeforeEach
  void open() {
    assumeTrue(Linux.euid() == 0, "needs root to make owners and devices");
    layers = Layers.open(temp.resolve("store"));
  }

  /** A tree without removals, which only layers know. */
  private Layer layer(long seed) throws IOException {
    Path sources = Files.createDirectories(temp.resolve("sources"));
    List<PlannedEntry> plan =
        RandomTree.of(seed, sources).stream().filter(entry -> !isWhiteout(entry)).toList();
    try (Draft draft = layers.draft("lease")) {
      layers.write(draft, plan, Optional.empty(), _ -> {});
      return draft.commit();
    }
  }

  private static boolean isWhiteout(PlannedEntry entry) {
    return entry instanceof PlannedEntry.Node node
        && node.type() == FileStat.CHARACTER
        && node.rdev() == 0;
  }

  private Path packed(Layer layer) throws IOException {
    Path tar = temp.resolve("layer.tar");
    try (OutputStream out = Files.newOutputStream(tar)) {
      layers.pack(layer, out);
    }
    return tar;
  }

  private LayerFacts factsOf(Path folder) throws IOException {
    return TreePass.digest(folder, temp.resolve("entries")).facts();
  }

  /** Says what differs before the digests only say that something does. */
  private void assertSameTree(Path folder, Layer layer) throws IOException {
    assertThat(lines(folder)).containsExactlyElementsOf(lines(layer.fs()));
    assertThat(factsOf(folder)).isEqualTo(layers.measure(layer));
  }

  private static List<String> lines(Path folder) throws IOException {
    try (Dir dir = Dir.open(folder)) {
      return TreeWalk.of(dir).stream()
          .map(item ->
              "%s %s %o %d:%d %d %s %s"
                  .formatted(
                      item.path(),
                      item.kind(),
                      item.meta().mode(),
                      item.meta().uid(),
                      item.meta().gid(),
                      item.meta().mtimeSec(),
                      item.meta().xattrs().keySet(),
                      item.link()))
          .toList();
    }
  }

  private static void assumeTool(String name) {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", name)) || Files.isExecutable(Path.of("/bin", name)),
        name + " is not installed");
  }

  private void run(String... command) throws IOException, InterruptedException {
    Path log = temp.resolve("log");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(status)
        .as(Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1))
        .isZero();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void gnuTarExtractsTheSameTree(long seed) throws Exception {
    assumeTool("tar");
    Layer layer = layer(seed);
    Path folder = Files.createDirectory(temp.resolve("out"));
    run(
        "tar",
        "--xattrs",
        "--xattrs-include=*",
        "--numeric-owner",
        "-C",
        folder.toString(),
        "-xpf",
        packed(layer).toString());
    assertSameTree(folder, layer);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void umociExtractsTheSameTree(long seed) throws Exception {
    assumeTool("umoci");
    Layer layer = layer(seed);
    String layout = temp.resolve("layout").toString();
    run("umoci", "init", "--layout", layout);
    run("umoci", "new", "--image", layout + ":t");
    run("umoci", "raw", "add-layer", "--image", layout + ":t", packed(layer).toString());
    Path bundle = temp.resolve("bundle");
    run("umoci", "unpack", "--image", layout + ":t", bundle.toString());
    assertSameTree(bundle.resolve("rootfs"), layer);
  }

  @ParameterizedTest
  @CsvSource({"100,gnu", "101,gnu", "102,gnu", "100,posix", "101,posix", "102,posix"})
  void tarsOfGnuTarAreRead(long seed, String format) throws Exception {
    assumeTool("tar");
    Layer layer = layer(seed);
    Path tar = temp.resolve("gnu.tar");
    run(
        "tar",
        // The gnu format has no room for extended attributes.
        format.equals("gnu") ? "--no-xattrs" : "--xattrs",
        "--numeric-owner",
        "--format=" + format,
        "--sort=name",
        "-C",
        layer.fs().toString(),
        "-cf",
        tar.toString(),
        ".");
    try (InputStream in = Files.newInputStream(tar)) {
      Layers other = Layers.open(temp.resolve("other"));
      Layer copy = other.unpack("lease", in, Optional.empty(), Optional.empty());
      if (format.equals("posix")) {
        assertThat(other.measure(copy)).isEqualTo(layers.measure(layer));
      } else {
        assertThat(other.measure(copy).bytes()).isEqualTo(layers.measure(layer).bytes());
        assertThat(other.measure(copy).files()).isEqualTo(layers.measure(layer).files());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"gnu,0.0", "posix,0.0", "posix,0.1", "posix,1.0"})
  void sparseFilesOfGnuTarAreRead(String format, String version) throws Exception {
    assumeTool("tar");
    Path folder = Files.createDirectory(temp.resolve("in"));
    try (var file = new java.io.RandomAccessFile(folder.resolve("sparse").toFile(), "rw")) {
      for (int i = 0; i < 60; i++) {
        file.seek(i * 1_000_000L);
        file.write(new byte[] {1, 2, 3, (byte) i});
      }
      file.setLength(70_000_000);
    }
    Path tar = temp.resolve("sparse.tar");
    run(
        "tar",
        "--sparse",
        "--sparse-version=" + version,
        "--format=" + format,
        "-C",
        folder.toString(),
        "-cf",
        tar.toString(),
        "sparse");
    assertThat(tar).satisfies(t -> assertThat(Files.size(t)).isLessThan(2_000_000));
    try (InputStream in = Files.newInputStream(tar)) {
      Layer layer = layers.unpack("lease", in, Optional.empty(), Optional.empty());
      assertThat(factsOf(layer.fs()).content()).isEqualTo(factsOf(folder).content());
    }
  }

  @Test
  void anOldTarIsRead() throws Exception {
    assumeTool("tar");
    Path folder = Files.createDirectories(temp.resolve("in/d"));
    Files.writeString(folder.resolve("f"), "f");
    Path tar = temp.resolve("v7.tar");
    run("tar", "--format=v7", "-C", temp.resolve("in").toString(), "-cf", tar.toString(), "d");
    try (InputStream in = Files.newInputStream(tar)) {
      Layer layer = layers.unpack("lease", in, Optional.empty(), Optional.empty());
      assertThat(layer.fs().resolve("d/f")).hasContent("f");
      assertThat(layer.fs().resolve("d")).isDirectory();
    }
  }
}
