package dev.jbuild.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that work in one store, played by threads: each has objects of its own. */
final class AtOnceTest {
  private static final int MANY = 4;
  private static final int ROUNDS = 10;
  private static final ImageReference NAME = ImageReference.parse("moved");

  @TempDir private Path temp;
  private final ExecutorService threads = Executors.newFixedThreadPool(MANY);

  @AfterEach
  void end() {
    threads.close();
  }

  /** One of many; each knows its number. */
  private interface Part<T> {
    T call(int number) throws Exception;
  }

  private <T> List<T> together(Part<T> part) throws Exception {
    CyclicBarrier begin = new CyclicBarrier(MANY);
    List<Callable<T>> parts = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int number = i;
      parts.add(() -> {
        begin.await();
        return part.call(number);
      });
    }
    List<T> results = new ArrayList<>();
    for (Future<T> one : threads.invokeAll(parts)) {
      results.add(one.get());
    }
    return results;
  }

  private static Descriptor target(int number) {
    return Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256("image " + number), 7);
  }

  @Test
  void manyMayMeasureOneLayer() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Layers layers = Layers.open(temp);
      Layer layer;
      try (Draft draft = layers.draft("lease")) {
        Files.writeString(draft.fs().resolve("file"), "of round " + round);
        layer = draft.commit();
      }

      together(_ -> Layers.open(temp).measure(layer));

      assertThat(layers.byDiffId(layers.measure(layer).diffId())).contains(layer);
    }
  }

  @Test
  void ofImagesThatTakeANameFromEachOtherNoneIsLost() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path root = temp.resolve("store" + round);
      Store.open(root);

      together(number -> {
        Store.open(root).names().set(NAME, target(number));
        return number;
      });

      assertThat(Store.open(root).names().list())
          .extracting(Names.Named::target)
          .containsExactlyInAnyOrder(target(0), target(1), target(2), target(3));
    }
  }

  @Test
  void namesAndLeasesMayEndWhileSomebodyLooksAtThem() throws Exception {
    Store.open(temp);

    together(number -> {
      Store store = Store.open(temp);
      for (int i = 0; i < 10 * ROUNDS; i++) {
        if (number == 0) {
          try (Gate _ = store.shut()) {
            assertThat(store.leased().pins()).isEmpty();
            assertThat(store.names().list()).hasSizeLessThan(MANY);
          }
        } else {
          comeAndGo(store, ImageReference.parse("name" + number));
        }
      }
      return number;
    });
  }

  private static void comeAndGo(Store store, ImageReference name) throws IOException {
    try (Lease _ = store.lease()) {
      store.names().set(name, target(0));
      store.names().remove(name);
    }
  }

  @Test
  void manyMayRemoveTheSameTree() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path tree = temp.resolve("tree" + round);
      for (int i = 0; i < 20; i++) {
        Path folder = Files.createDirectories(tree.resolve("folder" + i + "/below"));
        Files.createFile(folder.resolve("file"));
      }

      together(number -> {
        if (number % 2 == 0) {
          Linux.deleteTree(tree);
        } else {
          Linux.deleteLargeTree(tree);
        }
        return number;
      });

      assertThat(tree).doesNotExist();
    }
  }

  @Test
  void whatACrashHasSpoiledIsRemovedByOneOfThoseWhoComeAfterIt() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path root = temp.resolve("store" + round);
      Store store = Store.open(root);
      for (int i = 0; i < 5; i++) {
        Digest blob = store.blobs().put(("blob " + i).getBytes(UTF_8));
        Files.write(store.blobs().path(blob), new byte[0]);
      }
      Path marks = root.resolve("unsynced");
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      Files.move(marks.resolve(boot), marks.resolve("earlier"));

      int removed = 0;
      for (int one : together(_ -> Recovery.run(root))) {
        removed += one;
      }

      assertThat(removed).isEqualTo(5);
    }
  }
}
