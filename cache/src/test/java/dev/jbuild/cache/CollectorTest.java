package dev.jbuild.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.cache.Policy.Images;
import dev.jbuild.cache.Policy.Records;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CollectorTest {
  @TempDir private Path temp;
  private Store store;
  private Layers layers;
  private StepRecords records;
  private LocalImages images;

  @BeforeEach
  void open() {
    store = Store.open(temp.resolve("store"));
    layers = Layers.open(store.root());
    records = new StepRecords(store.root());
    images = new LocalImages(store, layers);
  }

  private Layer layer(String content) throws IOException {
    try (Lease lease = store.lease();
        Draft draft = layers.draft(lease.id())) {
      Files.writeString(draft.fs().resolve("file"), content);
      Layer layer = draft.commit();
      layers.measure(layer);
      return layer;
    }
  }

  private LocalImage image(String name, Layer layer) throws IOException {
    ImageConfig config =
        ImageConfig.empty(Platform.host()).withDiffIds(List.of(layers.measure(layer).diffId()));
    LocalImage image = images.put(config, List.of(layer), Map.of("name", name));
    images.name(name.isEmpty() ? List.of() : List.of(ImageReference.parse(name)), image);
    return image;
  }

  private StepRecord record(String name, Layer layer) throws IOException {
    StepRecord record =
        new StepRecord(
            Digest.sha256("op " + name),
            Digest.sha256("key " + name),
            new LinkedHashMap<>(Map.of("a", "b")),
            Optional.of(layer.id().value()),
            Digest.sha256(name),
            "2026-01-01T00:00:00Z");
    records.put(record);
    return record;
  }

  private boolean isThere(Layer layer) throws IOException {
    return layers.byId(layer.id()).isPresent();
  }

  private Reclaimed collect(Policy policy) throws IOException {
    return new Collector(store, layers).collect(policy);
  }

  @Test
  void whatNobodyReachesGoes() throws IOException {
    Layer lost = layer("lost");
    Digest blob = store.blobs().put("lost".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    Reclaimed reclaimed = collect(Policy.garbage());

    assertThat(reclaimed.layers()).containsExactly(lost.id());
    assertThat(reclaimed.blobs()).containsExactly(blob);
    assertThat(reclaimed.bytes()).isPositive();
    assertThat(isThere(lost)).isFalse();
    assertThat(store.blobs().has(blob)).isFalse();
  }

  @Test
  void namesAndRecordsKeep() throws IOException {
    Layer named = layer("named");
    LocalImage image = image("named:1", named);
    Layer recorded = layer("recorded");
    StepRecord record = record("r", recorded);

    Reclaimed reclaimed = collect(Policy.garbage());

    assertThat(reclaimed.layers()).isEmpty();
    assertThat(reclaimed.blobs()).isEmpty();
    assertThat(isThere(named)).isTrue();
    assertThat(isThere(recorded)).isTrue();
    assertThat(images.find(ImageReference.parse("named:1"), Platform.host()))
        .map(LocalImage::id)
        .contains(image.id());
    assertThat(records.find(record.op(), record.key())).contains(record);
  }

  @Test
  void aLeaseKeepsWhatItPinsAndWhatIsYoungerThanItself() throws Exception {
    Layer pinned = layer("pinned");
    Layer old = layer("old");
    // what was made in the same tick of the file system's clock may be younger
    Thread.sleep(50);
    try (Lease lease = store.lease()) {
      lease.pin(pinned.id().value());
      Layer young = layer("young");

      assertThat(collect(Policy.garbage()).layers()).containsExactly(old.id());
      assertThat(isThere(pinned)).isTrue();
      assertThat(isThere(young)).isTrue();
    }
    assertThat(collect(Policy.garbage()).layers()).hasSize(2);
  }

  @Test
  void aDryRunOnlyTells() throws IOException {
    Layer lost = layer("lost");

    assertThat(collect(Policy.garbage().withoutTaking()).layers()).containsExactly(lost.id());
    assertThat(isThere(lost)).isTrue();
  }

  @Test
  void untaggedImagesGoWhenAskedFor() throws IOException {
    Layer tagged = layer("tagged");
    image("tagged", tagged);
    Layer untagged = layer("untagged");
    image("", untagged);

    assertThat(collect(Policy.garbage()).images()).isEmpty();
    Reclaimed reclaimed = collect(Policy.garbage().withImages(Images.UNTAGGED, _ -> true));

    assertThat(reclaimed.images()).hasSize(1);
    assertThat(reclaimed.layers()).containsExactly(untagged.id());
    assertThat(isThere(tagged)).isTrue();
  }

  @Test
  void aBudgetTakesTheRecordThatWasNotUsedForLongest() throws IOException {
    StepRecord used = record("used", layer("a".repeat(100_000)));
    StepRecord unused = record("unused", layer("b".repeat(100_000)));
    Files.setLastModifiedTime(
        records.file(unused.op(), unused.key()), FileTime.from(Instant.now().minusSeconds(86_400)));

    Reclaimed reclaimed = collect(Policy.garbage().withMaxBytes(150_000));

    assertThat(reclaimed.records()).containsExactly(unused.key());
    assertThat(records.find(used.op(), used.key())).isPresent();
    assertThat(records.find(unused.op(), unused.key())).isEmpty();
  }

  @Test
  void recordsOfImagesAreSparedUnlessAskedFor() throws IOException {
    Layer layer = layer("layer");
    image("image", layer);
    StepRecord record = record("r", layer);
    Instant later = Instant.now().plusSeconds(60);

    collect(Policy.garbage().withRecords(new Records(Optional.of(later), false)));
    assertThat(records.find(record.op(), record.key())).isPresent();

    collect(Policy.garbage().withRecords(new Records(Optional.of(later), true)));
    assertThat(records.find(record.op(), record.key())).isEmpty();
    assertThat(isThere(layer)).as("the image's layer").isTrue();
  }

  @Test
  void aDamagedRecordIsGarbage() throws IOException {
    Layer layer = layer("layer");
    StepRecord record = record("r", layer);
    Files.writeString(records.file(record.op(), record.key()), "jbuild-step 1\nop");

    assertThat(collect(Policy.garbage()).layers()).containsExactly(layer.id());
  }

  private Path folder(String kind, String content, String bytes) throws IOException {
    Path place = Files.createDirectories(store.root().resolve(kind).resolve("one"));
    Files.createDirectories(place.resolve(content));
    Files.writeString(place.resolve(content).resolve("file"), bytes);
    Files.writeString(place.resolve("lock"), "");
    return place;
  }

  private static Policy unused() {
    return Policy.garbage()
        .withRecords(new Records(Optional.of(Instant.now().plusSeconds(60)), false));
  }

  @Test
  void cacheMountsAndCheckoutsAreBuildCache() throws IOException {
    Path mount = folder("caches", "data", "m".repeat(1000));
    Path checkout = folder("git", "tree", "c".repeat(500));

    assertThat(collect(Policy.garbage()).bytes()).isZero();
    assertThat(new Collector(store, layers).usage().cacheBytes()).isEqualTo(1500);
    assertThat(collect(unused()).bytes()).isEqualTo(1500);

    assertThat(mount.resolve("data")).doesNotExist();
    assertThat(checkout.resolve("tree")).doesNotExist();
    assertThat(store.root().resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void whatARunningBuildUsesStays() throws IOException {
    Path mount = folder("caches", "data", "m");
    Path checkout = folder("git", "tree", "c");
    try (Lease _ = store.lease();
        OpenFile lock = Dir.HERE.lockFile(mount.resolve("lock").toString())) {
      lock.lock(false, true);

      collect(unused());
    }
    assertThat(mount.resolve("data/file")).exists();
    assertThat(checkout.resolve("tree/file")).exists();
  }

  @Test
  void aBudgetTakesCacheMountsToo() throws IOException {
    Path mount = folder("caches", "data", "m".repeat(100_000));
    Files.setLastModifiedTime(
        mount.resolve("lock"), FileTime.from(Instant.now().minusSeconds(86_400)));
    StepRecord used = record("used", layer("a".repeat(100_000)));

    assertThat(collect(Policy.garbage().withMaxBytes(150_000)).records()).isEmpty();

    assertThat(mount.resolve("data")).doesNotExist();
    assertThat(records.find(used.op(), used.key())).isPresent();
  }

  @Test
  void notesGoWithWhatTheyAreAbout() throws IOException {
    Digest blob = store.blobs().put("fetched".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Path address = Files.createDirectories(store.root().resolve("http")).resolve("a");
    Files.writeString(address, "etag\n\n" + blob + "\n");
    Path origin = Files.createDirectories(store.root().resolve("origins")).resolve("b");
    Files.writeString(origin, "docker.io/library/x\n");

    collect(Policy.garbage());
    assertThat(store.blobs().has(blob)).as("what an address gave is cache").isTrue();
    Files.setLastModifiedTime(origin, FileTime.from(Instant.now().minusSeconds(90L * 86_400)));
    collect(unused());

    assertThat(address).doesNotExist();
    assertThat(origin).doesNotExist();
    assertThat(store.blobs().has(blob)).isFalse();
  }

  @Test
  void aBrokenDownloadIsKeptUntilSomebodyWantsRoom() throws IOException {
    Digest wanted = Digest.sha256("wanted");
    try (Ingest begun = store.blobs().resume(wanted, 6)) {
      begun.write("wan".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    assertThat(collect(Policy.garbage()).bytes()).isZero();
    assertThat(store.root().resolve("partial")).isNotEmptyDirectory();
    assertThat(collect(unused()).bytes()).isEqualTo(3);
    assertThat(store.root().resolve("partial")).isEmptyDirectory();
  }
}
