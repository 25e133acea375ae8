package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeComparisonTest {
  @TempDir Path temp;
  private Path sources;
  private Layers layers;
  private final List<PlannedEntry> plan = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, 10);
  }

  @BeforeEach
  void plan() throws IOException {
    sources = Files.createDirectory(temp.resolve("sources"));
    layers = Layers.open(temp.resolve("store"));
    for (int i = 0; i < 40; i++) {
      plan.add(file("d/f" + i, Files.writeString(sources.resolve("f" + i), "content " + i)));
    }
    plan.add(file("big", Files.write(sources.resolve("big"), new byte[3_000_000])));
    plan.add(new PlannedEntry.Bytes("given", new byte[] {1, 2}, meta(0600)));
    plan.add(new PlannedEntry.Link("link", "d/f1", meta(0777)));
  }

  private static Meta meta(int mode) {
    return Meta.of(mode, Linux.euid(), Linux.egid(), 1_700_000_000, 5);
  }

  private static PlannedEntry file(String path, Path source) throws IOException {
    Digest content = Digest.of(Digest.newSha256().digest(Files.readAllBytes(source)));
    return new PlannedEntry.File(
        path, source, Files.size(source), Optional.of(content), meta(0640));
  }

  private Layer write(List<PlannedEntry> entries) throws IOException {
    try (Draft draft = layers.draft("lease")) {
      layers.write(draft, entries, Optional.empty(), _ -> {});
      return draft.commit();
    }
  }

  @Test
  void aTreeIsWhatWasWrittenOfIt() throws IOException {
    Layer written = write(plan);

    assertThat(layers.isSame(plan, written)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyTreeIsWhatWasWrittenOfIt(long seed) throws IOException {
    List<PlannedEntry> tree = new ArrayList<>();
    for (PlannedEntry entry : RandomTree.of(seed, Files.createDirectory(temp.resolve("tree")))) {
      tree.add(
          entry instanceof PlannedEntry.File file
              ? withMeta((PlannedEntry.File) file(file.path(), Path.of(file.source())), file.meta())
              : entry);
    }
    Layer written = write(tree);

    assertThat(layers.isSame(tree, written)).isTrue();
  }

  @Test
  void timesDoNotCount() throws IOException {
    Layer written = write(plan);
    PlannedEntry.File first = (PlannedEntry.File) plan.getFirst();
    Meta later = first.meta().withMtime(1_800_000_000, 0);
    plan.set(0, withMeta(first, later));

    assertThat(layers.isSame(plan, written)).isTrue();
  }

  private static PlannedEntry withMeta(PlannedEntry.File file, Meta meta) {
    return new PlannedEntry.File(file.path(), file.source(), file.size(), file.content(), meta);
  }

  @Test
  void aFileOfWhichNothingIsKnownCounts() throws IOException {
    Layer written = write(plan);
    PlannedEntry.File first = (PlannedEntry.File) plan.getFirst();

    differs(
        written,
        0,
        new PlannedEntry.File(
            first.path(), first.source(), first.size(), Optional.empty(), first.meta()));
  }

  @Test
  void aByteCounts() throws IOException {
    Layer written = write(plan);
    Files.writeString(sources.resolve("f39"), "content 93");
    assertThat(layers.isSame(plan, written)).isFalse();

    Files.writeString(sources.resolve("f39"), "content 39");
    byte[] big = new byte[3_000_000];
    big[2_999_999] = 1;
    Files.write(sources.resolve("big"), big);
    assertThat(layers.isSame(plan, written)).isFalse();
  }

  @Test
  void everythingElseCounts() throws IOException {
    Layer written = write(plan);

    differs(written, 0, file("d/f0", sources.resolve("f10")));
    differs(written, 0, file("d/g0", sources.resolve("f0")));
    differs(written, 41, new PlannedEntry.Bytes("given", new byte[] {1, 2}, meta(0644)));
    differs(written, 41, new PlannedEntry.Bytes("given", new byte[] {1, 3}, meta(0600)));
    differs(written, 42, new PlannedEntry.Link("link", "d/f2", meta(0777)));
    differs(written, 42, new PlannedEntry.Directory("link", meta(0755)));
    assertThat(layers.isSame(plan.subList(0, 42), written)).isFalse();
    plan.add(file("more", sources.resolve("f1")));
    assertThat(layers.isSame(plan, written)).isFalse();
  }

  private void differs(Layer layer, int index, PlannedEntry other) throws IOException {
    List<PlannedEntry> changed = new ArrayList<>(plan);
    changed.set(index, other);
    assertThat(layers.isSame(changed, layer)).as(other.toString()).isFalse();
  }

  @Test
  void aLayerOfWhichNothingIsKnownIsNotCompared() throws IOException {
    Layer layer = write(plan);
    Files.delete(layer.fs().resolveSibling("entries"));
    assertThat(layers.isSame(plan, layer)).isFalse();
  }

  @Test
  void aFileThatCannotBeReadFails() throws IOException {
    Layer written = write(plan);
    Files.delete(sources.resolve("f20"));

    assertThatThrownBy(() -> layers.isSame(plan, written)).hasMessageContaining("f20");
  }
}
