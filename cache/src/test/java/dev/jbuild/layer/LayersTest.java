package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayersTest {
  @TempDir Path temp;
  private Path sources;
  private Layers layers;

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @BeforeEach
  void open() throws IOException {
    sources = Files.createDirectory(temp.resolve("sources"));
    layers = Layers.open(temp.resolve("store"));
  }

  private TreeResult write(Draft draft, List<PlannedEntry> plan) throws IOException {
    return layers.write(draft, plan, Optional.empty(), _ -> {});
  }

  private Layer layer(List<PlannedEntry> plan) throws IOException {
    try (Draft draft = layers.draft("lease")) {
      write(draft, plan);
      return draft.commit();
    }
  }

  private static byte[] pack(Layers from, Layer layer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    from.pack(layer, out);
    return out.toByteArray();
  }

  private void forget(Layer layer) throws IOException {
    Files.delete(layer.fs().resolveSibling(Layers.FACTS));
    Files.delete(layer.fs().resolveSibling(Layers.ENTRIES));
  }

  private static void assumeRoot() {
    assumeTrue(Linux.euid() == 0, "needs root to make owners and devices");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsWrittenMeasuresTheSame(long seed) throws IOException {
    assumeRoot();
    List<PlannedEntry> plan = RandomTree.of(seed, sources);
    try (Draft draft = layers.draft("lease")) {
      TreeResult written = write(draft, plan);
      Layer layer = draft.commit();
      assertThat(layers.facts(layer.id())).contains(written.facts());
      Path entries = layer.fs().resolveSibling(Layers.ENTRIES);
      byte[] listed = Files.readAllBytes(entries);
      forget(layer);
      assertThat(layers.measure(layer)).isEqualTo(written.facts());
      assertThat(entries).hasBinaryContent(listed);
      assertThat(new DiffId(Digest.sha256(pack(layers, layer))))
          .isEqualTo(written.facts().diffId());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void extractingWhatWasPackedGivesTheSameTree(long seed) throws IOException {
    assumeRoot();
    Layer layer = layer(RandomTree.of(seed, sources));
    LayerFacts facts = layers.measure(layer);
    byte[] tar = pack(layers, layer);
    Layers other = Layers.open(temp.resolve("other"));
    Layer copy =
        other.unpack(
            "lease", new ByteArrayInputStream(tar), Optional.of(facts.diffId()), Optional.empty());
    assertThat(other.measure(copy)).isEqualTo(facts);
    assertThat(facts.tarSize()).isEqualTo(tar.length);
    assertThat(pack(other, copy)).isEqualTo(tar);
  }

  @Test
  void contentsAreThoseOfTheFilesInOrder() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    Path b = Files.writeString(sources.resolve("b"), "B");
    try (Draft draft = layers.draft("lease")) {
      AtomicLong progress = new AtomicLong();
      TreeResult result =
          layers.write(
              draft,
              List.of(
                  own("z/b", b, 1), new PlannedEntry.Directory("z", ownMeta(0755)), own("a", a, 1)),
              Optional.empty(),
              progress::addAndGet);
      assertThat(result.contents()).containsExactly(Digest.sha256("B"), Digest.sha256("A"));
      assertThat(result.facts().bytes()).isEqualTo(2);
      assertThat(result.facts().files()).isEqualTo(3);
      assertThat(progress).hasValue(2);
    }
  }

  private static Meta ownMeta(int mode) {
    return Meta.of(mode, Linux.euid(), Linux.egid(), 1_700_000_000, 5);
  }

  private static PlannedEntry own(String path, Path source, long size) {
    return new PlannedEntry.File(path, source, size, Optional.empty(), ownMeta(0640));
  }

  @Test
  void timesDoNotCountAsContentAndEverythingElseDoes() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    LayerFacts first = layers.measure(layer(List.of(own("a", a, 1))));
    PlannedEntry.File file = (PlannedEntry.File) own("a", a, 1);
    LayerFacts later =
        layers.measure(layer(List.of(withMeta(file, ownMeta(0640).withMtime(1_800_000_000, 0)))));
    LayerFacts other = layers.measure(layer(List.of(withMeta(file, ownMeta(0600)))));
    assertThat(later.content()).isEqualTo(first.content());
    assertThat(later.diffId()).isNotEqualTo(first.diffId());
    assertThat(other.content()).isNotEqualTo(first.content());
    assertThat(layers.measure(layer(List.of(own("b", a, 1)))).content())
        .isNotEqualTo(first.content());
  }

  private static PlannedEntry withMeta(PlannedEntry.File file, Meta meta) {
    return new PlannedEntry.File(file.path(), file.source(), file.size(), file.content(), meta);
  }

  @Test
  void unchangedFilesAreLinkedFromThePreviousLayer() throws IOException {
    List<PlannedEntry> plan = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Path source = Files.writeString(sources.resolve("f" + i), "content " + i);
      plan.add(own("d/f" + i, source, Files.size(source)));
    }
    Layer before = layer(plan);
    Files.writeString(sources.resolve("f7"), "CONTENT 7");
    plan.set(9, withMeta((PlannedEntry.File) plan.get(9), ownMeta(0600)));
    try (Draft draft = layers.draft("lease")) {
      TreeResult result = layers.write(draft, plan, Optional.of(before), _ -> {});
      Layer after = draft.commit();
      for (int i = 0; i < 40; i++) {
        Path file = after.fs().resolve("d/f" + i);
        assertThat(Linux.lstat(file).nlink()).as("f" + i).isEqualTo(i == 7 || i == 9 ? 1 : 2);
      }
      assertThat(after.fs().resolve("d/f7")).hasContent("CONTENT 7");
      assertThat(before.fs().resolve("d/f7")).hasContent("content 7");
      forget(after);
      assertThat(layers.measure(after)).isEqualTo(result.facts());
    }
    assertThat(layer(plan).id()).as("the same tree is the same layer").isNotEqualTo(before.id());
  }

  @Test
  void aFileThatIsNotWhatThePlanSaysFailsAndLeavesNothing() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    PlannedEntry wrong =
        new PlannedEntry.File("a", a, 1, Optional.of(Digest.sha256("B")), ownMeta(0644));
    assertThatThrownBy(() -> layer(List.of(wrong))).hasMessageContaining("changed during");
    PlannedEntry missing = own("x", sources.resolve("missing"), 3);
    assertThatThrownBy(() -> layer(List.of(missing))).isInstanceOf(FileSystemException.class);
    assertNothingLeft();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(temp.resolve("store/tmp"))) {
      assertThat(left).isEmpty();
    }
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void reservedAndClimbingNamesAreRefused() {
    assertThatThrownBy(() -> layer(List.of(new PlannedEntry.Directory("a/.wh.b", ownMeta(0755)))))
        .hasMessageContaining(".wh.");
    assertThatThrownBy(() -> layer(List.of(new PlannedEntry.Directory("../b", ownMeta(0755)))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReservedNameInAFolderIsRefusedWhenItIsMeasured() throws IOException {
    try (Draft draft = layers.draft("lease")) {
      Files.writeString(draft.fs().resolve(".wh.passwd"), "");
      Layer layer = draft.commit();
      assertThatThrownBy(() -> layers.measure(layer)).hasMessageContaining(".wh.passwd");
    }
  }

  @Test
  void theSameTreeIsStoredOnce() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    Layer one = layer(List.of(own("a", a, 1)));
    Layer two = layer(List.of(own("a", a, 1)));
    assertThat(two).isEqualTo(one);
    LayerFacts facts = layers.measure(one);
    assertThat(layers.byDiffId(facts.diffId())).contains(one);
    assertThat(layers.byId(one.id())).contains(one);
    assertThat(layers.all()).containsExactly(one.id());
    layers.remove(one.id());
    layers.remove(one.id());
    assertThat(layers.byDiffId(facts.diffId())).isEmpty();
    assertThat(layers.byId(one.id())).isEmpty();
    assertNothingLeft();
  }

  @Test
  void aDraftThatIsClosedLeavesNothing() throws IOException {
    Draft draft = layers.draft("lease");
    Files.createDirectories(draft.fs().resolve("a/b"));
    Files.createDirectories(draft.work().resolve("work/incompat/volatile"));
    draft.close();
    draft.close();
    assertNothingLeft();
  }

  @Test
  void aSecondWriteIntoADraftReplacesAndCountsEverything() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    try (Draft draft = layers.draft("lease")) {
      write(draft, List.of(own("a", a, 1), own("d/x", a, 1), own("e/y", a, 1)));
      TreeResult second = write(draft, List.of(own("e", a, 1), own("d/z", a, 1), own("a/b", a, 1)));
      Layer layer = draft.commit();
      forget(layer);
      assertThat(layers.measure(layer)).isEqualTo(second.facts());
      assertThat(layer.fs().resolve("a/b")).hasContent("A");
      assertThat(layer.fs().resolve("d/x")).hasContent("A");
      assertThat(layer.fs().resolve("e")).isRegularFile();
    }
  }

  @Test
  void aPulledLayerKeepsItsDiffIdAndItsOriginal() throws IOException {
    Path a = Files.writeString(sources.resolve("a"), "A");
    byte[] tar = pack(layers, layer(List.of(own("a", a, 1))));
    byte[] foreign = java.util.Arrays.copyOf(tar, 10_240);
    ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
    Compression.gzip(new ByteArrayInputStream(foreign), gzipped);
    byte[] blob = gzipped.toByteArray();
    Descriptor descriptor =
        Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.sha256(blob), blob.length);
    DiffId diffId = new DiffId(Digest.sha256(foreign));
    Layer layer =
        layers.unpack(
            "lease", new ByteArrayInputStream(blob), Optional.of(diffId), Optional.of(descriptor));
    LayerFacts facts = layers.measure(layer);
    assertThat(facts.diffId()).isEqualTo(diffId);
    assertThat(facts.tarSize()).isEqualTo(10_240);
    assertThat(facts.blob()).contains(descriptor);
    assertThat(layers.byDiffId(diffId)).contains(layer);
    BlobOpener blobs = _ -> new ByteArrayInputStream(blob);
    try (InputStream in = layers.openTar(diffId, blobs)) {
      assertThat(in.readAllBytes()).isEqualTo(foreign);
    }
    DiffId own = new DiffId(Digest.sha256(tar));
    try (InputStream in = layers.openTar(own, blobs)) {
      assertThat(in.readAllBytes()).isEqualTo(tar);
    }
  }

  @Test
  void aLargeFileIsCopiedAndDigested() throws IOException {
    byte[] content = new byte[9_000_001];
    new java.util.Random(1).nextBytes(content);
    Path big = Files.write(sources.resolve("big"), content);
    try (Draft draft = layers.draft("lease")) {
      TreeResult result = write(draft, List.of(own("big", big, content.length)));
      assertThat(result.contents()).containsExactly(Digest.sha256(content));
      Layer layer = draft.commit();
      assertThat(layer.fs().resolve("big")).hasBinaryContent(content);
      assertThat(Digest.sha256(pack(layers, layer))).isEqualTo(result.facts().diffId().digest());
    }
  }

  @Test
  void aLargeFileOfKnownContentIsTrustedOnlyWhileItIsUntouched() throws IOException {
    byte[] content = new byte[5_000_000];
    Path big = Files.write(sources.resolve("big"), content);
    Meta meta = Meta.of(Linux.lstat(big));
    Digest digest = Digest.sha256(content);
    PlannedEntry entry =
        new PlannedEntry.File("big", big, content.length, Optional.of(digest), meta);
    try (Draft draft = layers.draft("lease")) {
      assertThat(write(draft, List.of(entry)).contents()).containsExactly(digest);
    }
    content[7] = 1;
    Files.write(big, content);
    Linux.lutimens(big, 1_900_000_000, 0);
    assertThatThrownBy(() -> layer(List.of(entry))).hasMessageContaining("changed during");
  }
}
