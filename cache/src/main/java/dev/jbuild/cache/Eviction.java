package dev.jbuild.cache;

import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.LayerUsage;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Blobs;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses the records and folders that have to go for a store to stay within its budget. */
final class Eviction {
  private static final Extras.Extra NONE = new Extras.Extra(Path.of(""), "", Instant.MIN);

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

  /** What has to go. */
  record Victims(List<StepRecords.Kept> records, List<Extras.Extra> extras) {}

  /** A record or a folder; those that were not used for longest go first. */
  private record Candidate(Instant used, Optional<StepRecords.Kept> record, Extras.Extra extra) {}

  /** As many as bring the store below the budget. */
  Victims beyond(Optional<Long> budget, List<StepRecords.Kept> kept, List<Extras.Extra> extras)
      throws IOException {
    Victims victims = new Victims(new ArrayList<>(), new ArrayList<>());
    if (budget.isEmpty()) {
      return victims;
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
    for (Extras.Extra extra : extras) {
      files += extra.bytes();
    }
    if (files + estimate(all) <= budget.get()) {
      return victims;
    }
    long total = files;
    LayerUsage sizes = layers.usage();
    for (LayerId id : all) {
      total += sizes.bytes(id);
    }
    choose(total - budget.get(), candidates(kept, extras), holders, victims);
    return victims;
  }

  private void choose(
      long excess, List<Candidate> oldest, Map<LayerId, Integer> holders, Victims victims)
      throws IOException {
    LayerUsage freed = layers.usage();
    long left = excess;
    for (Candidate candidate : oldest) {
      if (left <= 0) {
        break;
      }
      if (candidate.record().isEmpty()) {
        victims.extras().add(candidate.extra());
        left -= candidate.extra().bytes();
        continue;
      }
      Optional<LayerId> id = layer(candidate.record().get());
      if (id.isEmpty() || images.layers.contains(id.get())) {
        continue;
      }
      victims.records().add(candidate.record().get());
      if (holders.merge(id.get(), -1, Integer::sum) == 0) {
        left -= freed.freed(id.get());
      }
    }
  }

  private static List<Candidate> candidates(
      List<StepRecords.Kept> kept, List<Extras.Extra> extras) {
    List<Candidate> all = new ArrayList<>();
    kept.forEach(record -> all.add(new Candidate(record.used(), Optional.of(record), NONE)));
    extras.forEach(extra -> all.add(new Candidate(extra.used(), Optional.empty(), extra)));
    all.sort(Comparator.comparing(Candidate::used));
    return all;
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
    try {
      return blobs.size(digest);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }
}
