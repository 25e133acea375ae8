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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** One bit, half a file, no file: every file of a cache, and never a step that is not right. */
  @ParameterizedTest
  @ValueSource(strings = {"flip", "cut", "empty", "gone", "html"})
  void nothingOfADamagedCacheIsBelieved(String how) throws Exception {
    write(Optional.empty());
    List<Path> files;
    try (Stream<Path> all = Files.walk(temp.resolve("cache"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    for (Path file : files) {
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < (how.equals("flip") ? 12 : 1); i++) {
        spoil(file, sound, how, random);
        to = new Images(temp.resolve("to-" + how + "-" + files.indexOf(file) + "-" + i));

        BuildCaches.Imported imported = caches(to).read(temp.resolve("cache"), "latest");

        boolean needless = String.valueOf(file.getFileName()).equals("oci-layout");
        boolean harmless = imported.steps() == 3;
        assertThat(imported.steps() + imported.warnings().size())
            .as("%s of %s: %s", how, file, imported)
            .isGreaterThanOrEqualTo(needless || harmless ? 3 : 1);
        if (!harmless) {
          assertThat(imported.warnings()).isNotEmpty();
        }
        assertThat(file.toString().contains("sha256") && harmless).as("%s", file).isFalse();
        whatCameIsRight();
      }
      Files.write(file, sound);
    }
  }

  private static void spoil(Path file, byte[] sound, String how, RandomGenerator random)
      throws IOException {
    switch (how) {
      case "flip" -> {
        byte[] flipped = sound.clone();
        flipped[random.nextInt(sound.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, flipped);
      }
      case "cut" -> Files.write(file, Arrays.copyOf(sound, sound.length / 2));
      case "empty" -> Files.write(file, new byte[0]);
      case "gone" -> Files.delete(file);
      default -> Files.writeString(file, "<html>Welcome to the hotel</html>");
    }
  }

  /** Each step that is found has the layer that it has where it comes from. */
  private void whatCameIsRight() throws IOException {
    for (int i = 0; i < steps.size(); i++) {
      Optional<StepRecord> record = found(i);
      if (record.isPresent()) {
        Layer layer =
            to.layers().byId(new LayerId(record.get().layer().orElseThrow())).orElseThrow();
        assertThat(to.layers().measure(layer).content()).isEqualTo(steps.get(i).content());
      }
    }
  }

  /** What an image of this store has for itself is not the cache's to take away. */
  @Test
  void anImagesOwnBlobStaysWhenACacheHasItToo() throws Exception {
    write(Optional.empty());
    Path blob;
    try (Stream<Path> files = Files.list(temp.resolve("cache/blobs/sha256"))) {
      blob = files.filter(BuildCachesTest::isGzip).sorted().findFirst().orElseThrow();
    }
    Digest digest = Digest.parse("sha256:" + blob.getFileName());
    assertThat(to.store().blobs().put(Files.readAllBytes(blob))).isEqualTo(digest);

    assertThat(caches(to).read(temp.resolve("cache"), "latest").steps()).isEqualTo(3);

    assertThat(to.store().blobs().has(digest)).isTrue();
  }

  @Test
  void whatIsNotThereIsAWarning() {
    assertThat(caches(to).read(temp.resolve("nothing"), "latest").warnings()).hasSize(1);
  }
}
