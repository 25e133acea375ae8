package dev.jbuild.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.Unsynced;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of the machine is played: marks get another boot's name, and files lose their bytes. */
class RecoveryTest {
  @TempDir Path root;
  private Store store;
  private Layers layers;

  @BeforeEach
  void open() {
    store = Store.open(root);
    layers = Layers.open(root);
  }

  private Layer layer(String content) throws IOException {
    Meta meta = Meta.of(0644, Linux.euid(), Linux.egid(), 1_700_000_000, 5);
    try (Draft draft = layers.draft("lease")) {
      layers.write(
          draft,
          List.of(new PlannedEntry.Bytes("file", content.getBytes(UTF_8), meta)),
          Optional.empty(),
          _ -> {});
      return draft.commit();
    }
  }

  private void restartTheMachine() throws IOException {
    Path unsynced = root.resolve("unsynced");
    String[] boots = unsynced.toFile().list();
    assertThat(boots).hasSize(1);
    Files.move(unsynced.resolve(boots[0]), unsynced.resolve("earlier"));
  }

  @Test
  void whatIsWholeStays() throws IOException {
    Layer layer = layer("a");
    Digest blob = store.blobs().put(new byte[] {1});
    restartTheMachine();

    assertThat(Recovery.run(root)).isZero();
    assertThat(layers.byId(layer.id())).contains(layer);
    assertThat(store.blobs().has(blob)).isTrue();
    assertThat(root.resolve("unsynced/earlier")).doesNotExist();
  }

  @Test
  void aLayerThatLostBytesIsRemovedAndMadeAnew() throws IOException {
    Layer lost = layer("a");
    Layer whole = layer("b");
    Files.createDirectories(root.resolve("memos/x"));
    Files.write(lost.fs().resolve("file"), new byte[0]);
    restartTheMachine();

    assertThat(Recovery.run(root)).isEqualTo(1);
    assertThat(layers.byId(lost.id())).isEmpty();
    assertThat(layers.byId(whole.id())).contains(whole);
    assertThat(root.resolve("memos")).doesNotExist();
    assertThat(layer("a").fs().resolve("file")).hasContent("a");
  }

  @Test
  void aLayerOfWhichNothingIsKnownAnyMoreIsRemoved() throws IOException {
    Layer layer = layer("a");
    Files.write(layer.fs().resolveSibling("facts"), new byte[0]);
    restartTheMachine();

    assertThat(Recovery.run(root)).isEqualTo(1);
    assertThat(layers.byId(layer.id())).isEmpty();
  }

  @Test
  void aBlobThatLostBytesIsRemovedAndCanBePutAgain() throws IOException {
    Digest blob = store.blobs().put(new byte[] {1});
    Files.write(store.blobs().path(blob), new byte[0]);
    restartTheMachine();

    assertThat(Recovery.run(root)).isEqualTo(1);
    store.blobs().put(new byte[] {1});
    assertThat(store.blobs().read(blob)).containsExactly(1);
  }

  @Test
  void withoutARestartNothingIsLookedAt() throws IOException {
    Layer layer = layer("a");
    Files.write(layer.fs().resolve("file"), new byte[0]);

    assertThat(Recovery.run(root)).isZero();
    assertThat(layers.byId(layer.id())).contains(layer);
  }

  @Test
  void aStoreThatIsNotThereIsNotMade() throws IOException {
    assertThat(Recovery.run(root.resolve("none"))).isZero();
    assertThat(root.resolve("none")).doesNotExist();
  }

  @Test
  void whatIsOldIsSyncedBesideTheNextWork() throws Exception {
    store.blobs().put(new byte[] {1});
    Unsynced marks = Unsynced.in(root);
    Path mark = root.resolve("unsynced").resolve(boot()).resolve(marks.names().iterator().next());
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minusSeconds(90)));

    store.lease().close();

    for (int i = 0; i < 600 && !marks.names().isEmpty(); i++) {
      Thread.sleep(50);
    }
    assertThat(marks.names()).isEmpty();
  }

  private static String boot() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  @Test
  void namesWaitForTheDiskWhereSomethingWasPulled() throws IOException {
    Layer own = layer("a");
    layers.syncPulled(List.of(own));
    assertThat(Unsynced.in(root).names()).containsExactly("layer-" + own.id().value());

    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    layers.pack(own, tar);
    Layers other = Layers.open(root.resolve("other"));
    DiffId diffId = layers.measure(own).diffId();
    Layer pulled =
        other.unpack(
            "lease",
            new ByteArrayInputStream(tar.toByteArray()),
            Optional.of(diffId),
            Optional.of(Descriptor.of(MediaTypes.OCI_LAYER, diffId.digest(), tar.size())));
    assertThat(Unsynced.in(root.resolve("other")).names()).isNotEmpty();
    other.syncPulled(List.of(pulled));
    assertThat(Unsynced.in(root.resolve("other")).names()).isEmpty();
  }
}
