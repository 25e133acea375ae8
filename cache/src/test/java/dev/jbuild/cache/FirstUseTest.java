package dev.jbuild.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store makes its folders when they are needed, and many may be the first who need one. */
final class FirstUseTest {
  private static final int MANY = 4;
  private static final byte[] SAME = "the same for all".getBytes(UTF_8);

  @TempDir private Path temp;

  @Test
  void manyMayBeTheFirstInAStore() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(MANY)) {
      for (int round = 0; round < 200; round++) {
        Path root = temp.resolve("store" + round);
        Phaser together = new Phaser(MANY);
        Callable<Layer> use = () -> use(root, together);
        List<Future<Layer>> all = threads.invokeAll(Collections.nCopies(MANY, use));

        Set<Layer> layers = new HashSet<>();
        for (Future<Layer> one : all) {
          layers.add(one.get());
        }
        assertThat(layers).hasSize(MANY);
      }
    }
  }

  /** Every one comes with objects of its own, as processes do. */
  private static Layer use(Path root, Phaser together) throws Exception {
    together.arriveAndAwaitAdvance();
    try (Lease lease = Store.open(root).lease()) {
      together.arriveAndAwaitAdvance();
      Store.open(root).blobs().put(SAME);
      together.arriveAndAwaitAdvance();
      try (Draft draft = Layers.open(root).draft(lease.id())) {
        Layer layer = draft.commit();
        lease.pin(layer.id().value());
        return layer;
      }
    } finally {
      together.arriveAndDeregister();
    }
  }
}
