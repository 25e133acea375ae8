package dev.jbuild.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.snapshot.LayerStack.Node;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The merged view shows what the kernel's overlay shows. */
class LayerStackOracleTest {
  @TempDir Path temp;

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aStackLooksLikeAnOverlay(long seed) throws Exception {
    assumeTrue(Linux.euid() == 0, "needs root to mount an overlay");
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(5); i++) {
      Path fs = Files.createDirectories(temp.resolve("l" + i));
      fill(random, fs, 0);
      layers.add(new Layer(new LayerId("0" + i), fs));
    }
    List<String> names = layers.reversed().stream().map(layer -> layer.fs().toString()).toList();
    Path merged = Files.createDirectory(temp.resolve("merged"));
    String options = "lowerdir=" + String.join(":", names);
    int mounted = run("mount", "-t", "overlay", "-o", options, "overlay", merged.toString());
    assumeTrue(mounted == 0, "needs overlayfs on the temporary folder");
    try {
      TreeSet<String> expected = new TreeSet<>();
      walk(merged, "", expected);
      TreeSet<String> seen = new TreeSet<>();
      LayerStack stack = new LayerStack(layers);
      collect(stack, stack.find("/").orElseThrow(), seen);
      assertThat(seen).isEqualTo(expected);
    } finally {
      run("umount", merged.toString());
    }
  }

  private static void walk(Path dir, String path, Set<String> seen) throws IOException {
    try (Dir open = Dir.open(dir)) {
      for (String name : open.names()) {
        // In a folder that only one layer has, the kernel lists whiteouts that it does not find.
        Optional<FileStat> stat = open.statIfPresent(name);
        if (stat.isPresent()) {
          seen.add(line(path + "/" + name, stat.get()));
          if (stat.get().isDirectory()) {
            walk(dir.resolve(name), path + "/" + name, seen);
          }
        }
      }
    }
  }

  private static String line(String path, FileStat stat) {
    String size = stat.isRegular() ? " " + stat.size() : "";
    return path + " " + Integer.toOctalString(stat.mode()) + size;
  }

  private static void collect(LayerStack stack, Node dir, Set<String> seen) throws IOException {
    for (Node child : stack.list(dir)) {
      seen.add(line(child.path(), child.stat()));
      assertThat(stack.findNoFollow(child.path())).contains(child);
      if (child.stat().isDirectory()) {
        collect(stack, child, seen);
      }
    }
  }

  private static void fill(RandomGenerator random, Path folder, int depth) throws IOException {
    for (int i = 0; i < 4; i++) {
      Path path = folder.resolve("n" + random.nextInt(5));
      try {
        switch (random.nextInt(6)) {
          case 0 -> Linux.mknod(path, FileStat.CHARACTER, 0);
          case 1 ->
              Files.writeString(
                  path, "x".repeat(random.nextInt(50)), StandardOpenOption.CREATE_NEW);
          case 2 -> Files.createSymbolicLink(path, Path.of("n" + random.nextInt(5)));
          default -> {
            Files.createDirectory(path);
            Linux.chmod(path, 0700 | random.nextInt(0100));
            if (random.nextInt(3) == 0) {
              Linux.lsetxattr(path, "trusted.overlay.opaque", new byte[] {'y'});
            }
            if (depth < 3) {
              fill(random, path, depth + 1);
            }
          }
        }
      } catch (FileAlreadyExistsException _) {
        // One thing of a name is enough.
      }
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
