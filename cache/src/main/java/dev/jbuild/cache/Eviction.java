package dev.jbuild.cache;

import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.LayerUsage;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Blobs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses the records that have to go for a store to stay within its budget. */
final class Eviction {
  private final Blobs blobs;
  private final Layers layers;
  private final Reach images;

  /**
   * @param images what stays whatever happens
   */
  Eviction(Blobs blobs, Layers layers, Reach images) {
    this.blobs = blobs;
    this.layers = layers;
    this.images = images;
  }

  /** The records that were not used for longest, as many as bring the store below the budget. */
  List<StepRecords.Kept> beyond(Optional<Long> budget, List<StepRecords.Kept> kept)
      throws IOException {
    if (budget.isEmpty()) {
      return List.of();
    }
    Map<LayerId, Integer> holders = new HashMap<>();
    for (StepRecords.Kept record : kept) {
      layer(record).ifPresent(id -> holders.merge(id, 1, Integer::sum));
    }
    Set<LayerId> all = new HashSet<>(images.layers);
    all.addAll(holders.keySet());
    // Adding up what is written down is fast and, for links, too much: enough to see that there is
    // room.
    long files = 0;
    for (Digest digest : images.blobs) {
      files += size(blobs, digest);
    }
    if (files + estimate(all) <= budget.get()) {
      return List.of();
    }
    long total = files;
    LayerUsage sizes = layers.usage();
    for (LayerId id : all) {
      total += sizes.bytes(id);
    }
    LayerUsage freed = layers.usage();
    List<StepRecords.Kept> oldest = new ArrayList<>(kept);
    oldest.sort(Comparator.comparing(StepRecords.Kept::used));
    List<StepRecords.Kept> victims = new ArrayList<>();
    for (StepRecords.Kept record : oldest) {
      if (total <= budget.get()) {
        break;
      }
      Optional<LayerId> id = layer(record);
      if (id.isEmpty() || images.layers.contains(id.get())) {
        continue;
      }
      victims.add(record);
      if (holders.merge(id.get(), -1, Integer::sum) == 0) {
        total -= freed.freed(id.get());
      }
    }
    return victims;
  }

  static Optional<LayerId> layer(StepRecords.Kept record) {
    return record.record().flatMap(StepRecord::layer).map(LayerId::new);
  }

  private long estimate(Set<LayerId> all) throws IOException {
    long sum = 0;
    for (LayerId id : all) {
      Optional<LayerFacts> facts = layers.facts(id);
      sum += facts.isPresent() ? facts.get().bytes() : layers.usage().bytes(id);
    }
    return sum;
  }

  /** What a blob takes, if it is there. */
  static long size(Blobs blobs, Digest digest) throws IOException {
    return blobs.has(digest) ? blobs.size(digest) : 0;
  }
}
