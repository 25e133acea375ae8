package dev.jbuild.engine.buildcache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.engine.archive.Images;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.oci.Digest;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildCachesTest {
  @TempDir private Path temp;
  private Images from;
  private Images to;
  private LocalImage image;
  private List<StepRecord> steps;

  @BeforeEach
  void build() throws IOException {
    from = new Images(temp.resolve("from"));
    to = new Images(temp.resolve("to"));
    image = from.make("one:1", "a", "b");
    LocalImage other = from.make("other:1", "of another stage");
    steps = new ArrayList<>();
    for (Layer layer : List.of(image.layers().get(0), image.layers().get(1))) {
      steps.add(step(layer));
    }
    steps.add(step(other.layers().getFirst()));
  }

  private StepRecord step(Layer layer) throws IOException {
    String number = Integer.toString(steps.size());
    return new StepRecord(
        Digest.sha256("op" + number),
        Digest.sha256("key" + number),
        new LinkedHashMap<>(Map.of("input", "of step\t" + number)),
        Optional.of(layer.id().value()),
        from.layers().measure(layer).content(),
        "2026-01-02T03:04:05Z");
  }

  private static BuildCaches caches(Images images) {
    return new BuildCaches(
        images.store(),
        images.layers(),
        () -> RegistryClient.open(RegistrySettings.load(Map.of())));
  }

  private Optional<StepRecord> found(int number) {
    return new StepRecords(to.store().root())
        .find(Digest.sha256("op" + number), Digest.sha256("key" + number));
  }

  private void write(Optional<LocalImage> only) throws IOException {
    caches(from).write(temp.resolve("cache"), "latest", steps, only, Packing.USUAL);
  }

  @Test
  void anotherMachineHasTheStepsAndTheirLayers() throws Exception {
    write(Optional.empty());

    BuildCaches.Imported imported = caches(to).read(temp.resolve("cache"), "latest");

    assertThat(imported.warnings()).isEmpty();
    assertThat(imported.steps()).isEqualTo(3);
    StepRecord record = found(1).orElseThrow();
    assertThat(record.inputs()).isEqualTo(steps.get(1).inputs());
    assertThat(record.content()).isEqualTo(steps.get(1).content());
    Layer layer = to.layers().byId(new LayerId(record.layer().orElseThrow())).orElseThrow();
    assertThat(Files.readString(layer.fs().resolve("file-1"))).isEqualTo("b");
  }

  @Test
  void modeMinHasOnlyTheImagesOwnLayers() throws Exception {
    write(Optional.of(image));

    assertThat(caches(to).read(temp.resolve("cache"), "latest").steps()).isEqualTo(2);
    assertThat(found(2)).isEmpty();
  }

  @Test
  void aDamagedLayerCostsOnlyItsStep() throws Exception {
    write(Optional.empty());
    Path largest;
    try (Stream<Path> files = Files.list(temp.resolve("cache/blobs/sha256"))) {
      largest = files.filter(file -> isGzip(file)).min((a, b) -> a.compareTo(b)).orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(largest);
    bytes[bytes.length - 9] ^= 1;
    Files.write(largest, bytes);

    BuildCaches.Imported imported = caches(to).read(temp.resolve("cache"), "latest");

    assertThat(imported.steps()).isEqualTo(2);
    assertThat(imported.warnings()).hasSize(1).first().asString().contains("is not used");
  }

  private static boolean isGzip(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return bytes[0] == 0x1f && (bytes[1] & 0xff) == 0x8b;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A list of steps that says of a layer what is not so: it would poison what is built on it. */
  @Test
  void aStepThatLiesAboutItsLayerIsNotUsed() throws Exception {
    StepRecord lie =
        new StepRecord(
            steps.getFirst().op(),
            steps.getFirst().key(),
            steps.getFirst().inputs(),
            steps.getFirst().layer(),
            Digest.sha256("other content"),
            steps.getFirst().created());
    steps.set(0, lie);
    write(Optional.empty());

    BuildCaches.Imported imported = caches(to).read(temp.resolve("cache"), "latest");

    assertThat(found(0)).isEmpty();
    assertThat(imported.steps()).isEqualTo(2);
    assertThat(imported.warnings().getFirst()).contains("other content than the step says");
  }

  @Test
  void whatIsNotThereIsAWarning() {
    assertThat(caches(to).read(temp.resolve("nothing"), "latest").warnings()).hasSize(1);
  }
}
