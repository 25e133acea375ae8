package dev.jbuild.cache;

import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.LayerUsage;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes from the store what nobody needs: mark from names, containers, records and what living
 * leases pin, then sweep the rest. What is younger than the oldest living lease stays, because it
 * may be what that lease's build is about to name.
 *
 * <p>While it marks and takes away, nobody pins or names anything (see {@link Gate}); deleting,
 * which takes longer, comes after that. One collector works at a time.
 */
public final class Collector {
  private static final Duration GIVEN_UP = Duration.ofDays(7);
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Store store;
  private final Layers layers;
  private final StepRecords records;

  public Collector(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
    this.records = new StepRecords(store.root());
  }

  /** Takes what the policy lets go, and what nobody can reach. */
  public Reclaimed collect(Policy policy) throws IOException {
    List<Path> leftovers = new ArrayList<>();
    try (OpenFile _ = alone()) {
      Reclaimed reclaimed;
      try (Gate _ = store.shut()) {
        reclaimed = new Run(policy, leftovers).run();
      }
      if (!policy.dryRun()) {
        for (Path path : leftovers) {
          Linux.deleteTree(path);
        }
        StepLocks.sweep(store.root());
      }
      return reclaimed;
    }
  }

  /** What the store holds. */
  public Usage usage() throws IOException {
    try (OpenFile _ = alone();
        Gate _ = store.shut()) {
      return new Run(Policy.garbage().withoutTaking(), new ArrayList<>()).usage();
    }
  }

  private OpenFile alone() throws IOException {
    OpenFile lock = Dir.HERE.lockFile(store.root().resolve("locks/collector").toString());
    lock.lock(true, true);
    return lock;
  }

  /** One run, with the gate shut. */
  private final class Run {
    private final Policy policy;
    private final List<Path> leftovers;
    private final Store.Leased leased = store.leased();
    private final ContainerRefs containers = ContainerRefs.read(store.root());
    private final List<Names.Named> gone = new ArrayList<>();
    private final Reach images = new Reach(store.blobs(), layers);
    private final Extras extras;

    Run(Policy policy, List<Path> leftovers) throws IOException {
      this.policy = policy;
      this.leftovers = leftovers;
      this.extras = new Extras(store.root(), leased, policy.dryRun());
    }

    Reclaimed run() throws IOException {
      markImages();
      List<StepRecords.Kept> all = records.all();
      List<Digest> dropped = new ArrayList<>();
      List<StepRecords.Kept> kept = new ArrayList<>();
      for (StepRecords.Kept record : all) {
        if (goes(record)) {
          drop(record, dropped);
        } else {
          kept.add(record);
        }
      }
      long bytes = extras.take(policy, leftovers);
      extras.notes(policy.records().unusedSince(), images.blobs);
      Eviction eviction = new Eviction(store.blobs(), layers, images);
      Eviction.Victims victims = eviction.beyond(policy.maxBytes(), kept, extras.folders());
      for (StepRecords.Kept record : victims.records()) {
        kept.remove(record);
        drop(record, dropped);
      }
      for (Extras.Extra extra : victims.extras()) {
        bytes += extras.take(extra, leftovers);
      }
      for (StepRecords.Kept record : kept) {
        images.addLayer(record.record().flatMap(StepRecord::layer).orElse(""));
      }
      Sweep sweep = sweep(images.layers, images.blobs);
      bytes += sweep.bytes + store.blobs().forgetPartial(brokenBefore(), policy.dryRun());
      if (!policy.dryRun()) {
        sweepTemporary();
      }
      return new Reclaimed(gone, dropped, sweep.layers, sweep.blobs, bytes);
    }

    /** Who asks for room gets it; else a broken download is kept for some time. */
    private Instant brokenBefore() {
      boolean asked =
          policy.images() != Policy.Images.KEEP || policy.records().unusedSince().isPresent();
      return asked ? Instant.now().plusSeconds(1) : Instant.now().minus(GIVEN_UP);
    }

    /** Names, containers, leases. */
    private void markImages() throws IOException {
      for (Names.Named named : store.names().list()) {
        if (lets(named)) {
          gone.add(named);
          if (!policy.dryRun()) {
            removeName(named);
          }
        } else {
          images.addImage(named.target());
        }
      }
      containers.mark(images);
      for (String pin : leased.pins()) {
        images.addLayer(pin);
      }
    }

    private void removeName(Names.Named named) throws IOException {
      if (named.reference().isPresent()) {
        store.names().remove(named.reference().get());
      } else {
        store.names().removeUntagged(named.target().digest());
      }
    }

    private boolean lets(Names.Named named) throws IOException {
      boolean candidate =
          switch (policy.images()) {
            case KEEP -> false;
            case UNTAGGED -> named.reference().isEmpty();
            case UNUSED -> true;
          };
      return candidate
          && policy.only().test(named)
          && !containers.use(named.target(), store.blobs(), layers);
    }

    private boolean goes(StepRecords.Kept record) throws IOException {
      if (record.record().isEmpty()) {
        return true;
      }
      Optional<Instant> before = policy.records().unusedSince();
      if (before.isEmpty() || !record.used().isBefore(before.get())) {
        return false;
      }
      Optional<String> layer = record.record().get().layer();
      return policy.records().ofImagesToo()
          || layer.isEmpty()
          || !images.layers.contains(new LayerId(layer.get()));
    }

    private void drop(StepRecords.Kept record, List<Digest> dropped) throws IOException {
      record.record().ifPresent(r -> dropped.add(r.key()));
      if (!policy.dryRun()) {
        Files.deleteIfExists(record.file());
        try {
          Files.deleteIfExists(record.file().getParent());
        } catch (java.nio.file.DirectoryNotEmptyException _) {
          // the step has other records
        }
      }
    }

    /** Older than any living lease: nobody's work in progress. */
    private boolean isOld(Instant time) {
      return leased.since().isEmpty() || time.isBefore(leased.since().get());
    }

    private record Sweep(List<LayerId> layers, List<Digest> blobs, long bytes) {}

    private Sweep sweep(Set<LayerId> reached, Set<Digest> blobs) throws IOException {
      List<LayerId> folders = new ArrayList<>();
      List<Digest> files = new ArrayList<>();
      LayerUsage freed = layers.usage();
      long bytes = 0;
      for (LayerId id : layers.all().toList()) {
        if (!reached.contains(id) && layers.since(id).map(this::isOld).orElse(false)) {
          folders.add(id);
          bytes += freed.freed(id);
          if (!policy.dryRun()) {
            leftovers.add(layers.detach(id));
          }
        }
      }
      for (Digest digest : store.blobs().all()) {
        Path path = store.blobs().path(digest);
        if (!blobs.contains(digest) && isOld(modified(path))) {
          files.add(digest);
          bytes += Eviction.size(store.blobs(), digest);
          if (!policy.dryRun()) {
            store.blobs().remove(digest);
          }
        }
      }
      return new Sweep(folders, files, bytes);
    }

    private Instant modified(Path path) throws IOException {
      try {
        return Files.getLastModifiedTime(path).toInstant();
      } catch (NoSuchFileException _) {
        return Instant.MAX;
      }
    }

    /** What removals and writers left that died; drafts go with their lease. */
    private void sweepTemporary() throws IOException {
      Instant longAgo = Instant.now().minus(ABANDONED);
      for (Path file : Listing.of(store.root().resolve("tmp"))) {
        String name = Listing.name(file);
        boolean writer = name.startsWith("w") && modified(file).isBefore(longAgo);
        if (name.startsWith("removed-") || writer && isOld(modified(file))) {
          leftovers.add(file);
        }
      }
    }

    Usage usage() throws IOException {
      Reach used = new Reach(store.blobs(), layers);
      Set<Digest> all = new HashSet<>();
      int inUse = 0;
      for (Names.Named named : store.names().list()) {
        images.addImage(named.target());
        if (all.add(named.target().digest())
            && containers.use(named.target(), store.blobs(), layers)) {
          inUse++;
          used.addImage(named.target());
        }
      }
      containers.mark(images);
      containers.mark(used);
      Reach cached = new Reach(store.blobs(), layers);
      List<StepRecords.Kept> steps = records.all();
      int stepsInUse = 0;
      for (StepRecords.Kept step : steps) {
        Optional<LayerId> layer = Eviction.layer(step);
        stepsInUse += layer.map(images.layers::contains).orElse(false) ? 1 : 0;
        cached.addLayer(layer.map(LayerId::value).orElse(""));
      }
      extras.notes(Optional.empty(), cached.blobs);
      List<Extras.Extra> folders = extras.folders();
      long extraBytes = 0;
      for (Extras.Extra extra : folders) {
        extraBytes += extra.bytes();
      }
      Sizes sizes = new Sizes();
      long usedBytes = sizes.add(used.layers, used.blobs);
      return new Usage(
          all.size(),
          inUse,
          usedBytes + sizes.add(images.layers, images.blobs),
          usedBytes,
          steps.size() + folders.size(),
          stepsInUse,
          extraBytes + sizes.add(cached.layers, cached.blobs),
          sizes.add(layers.all().toList(), store.blobs().all()));
    }
  }

  /** Counts everything once. */
  private final class Sizes {
    private final LayerUsage usage = layers.usage();
    private final Set<LayerId> layersSeen = new HashSet<>();
    private final Set<Digest> blobsSeen = new HashSet<>();

    long add(Collection<LayerId> folders, Collection<Digest> files) throws IOException {
      long sum = 0;
      for (LayerId id : folders) {
        sum += layersSeen.add(id) ? usage.bytes(id) : 0;
      }
      for (Digest digest : files) {
        sum += blobsSeen.add(digest) ? Eviction.size(store.blobs(), digest) : 0;
      }
      return sum;
    }
  }
}
