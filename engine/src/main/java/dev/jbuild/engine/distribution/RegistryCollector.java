package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes from a registry what no manifest of it needs. A push sends blobs before the manifest that
 * needs them, or finds them here and does not send them: what was sent or asked for since a time
 * stays. Works beside a server on the same folder, which waits while things are taken away.
 */
public final class RegistryCollector {
  private final Store store;
  private final Repositories repositories;
  private final Rules rules;
  private final Map<Digest, Set<Digest>> needs = new HashMap<>();
  private int manifests;
  private int blobs;
  private long bytes;

  /**
   * What goes.
   *
   * @param before what was sent or asked for since then stays
   * @param untagged whether manifests go that no tag, index or subject leads to
   * @param dryRun whether all stays, and is only counted
   */
  public record Rules(Instant before, boolean untagged, boolean dryRun) {}

  /** What went, or would go. */
  public record Taken(int manifests, int blobs, long bytes) {}

  private RegistryCollector(Store store, Rules rules) {
    this.store = store;
    this.repositories = new Repositories(store);
    this.rules = rules;
  }

  /**
   * Collects.
   *
   * @throws IOException when it can't be told what is needed; then nothing was taken
   */
  public static Taken collect(Store store, Rules rules) throws IOException {
    if (!store.names().list().isEmpty()) {
      throw new IOException(
          store.root() + " is no registry's folder: it has images, whose content is none of ours");
    }
    RegistryCollector collector = new RegistryCollector(store, rules);
    collector.learn(); // which takes its time, while pushes go on
    try (Gate _ = store.shut()) {
      collector.learn();
      collector.run();
    }
    return new Taken(collector.manifests, collector.blobs, collector.bytes);
  }

  private void learn() throws IOException {
    for (String name : repositories.all()) {
      for (Digest digest : repositories.of(name).manifests()) {
        if (!needs.containsKey(digest)) {
          needs.put(digest, needs(digest));
        }
      }
    }
  }

  private Set<Digest> needs(Digest digest) throws IOException {
    try {
      Set<Digest> all = new HashSet<>();
      for (Descriptor one :
          ManifestRoutes.references(Json.parseObject(store.blobs().read(digest)))) {
        all.add(one.digest());
      }
      return all;
    } catch (JsonException | dev.jbuild.store.StoreException e) {
      throw new IOException(
          "nothing is taken: what manifest " + digest + " needs can't be told: " + e.getMessage(),
          e);
    }
  }

  private void run() throws IOException {
    Set<Digest> kept = new HashSet<>();
    for (String name : repositories.all()) {
      Repositories.Repository repository = repositories.of(name);
      Set<Digest> here = new HashSet<>(repository.manifests());
      if (rules.untagged()) {
        here = reached(repository, here);
      }
      Set<Digest> needed = new HashSet<>();
      here.forEach(digest -> needed.addAll(needs.getOrDefault(digest, Set.of())));
      kept.addAll(here);
      for (Digest digest : repository.blobs()) {
        if (needed.contains(digest) || !isOld(repository.blobLink(digest))) {
          kept.add(digest);
        } else if (!rules.dryRun()) {
          repository.removeBlob(digest);
        }
      }
    }
    for (Digest digest : store.blobs().all()) {
      Path file = store.blobs().path(digest);
      if (!kept.contains(digest) && isOld(file)) {
        blobs++;
        bytes += size(file);
        if (!rules.dryRun()) {
          store.blobs().remove(digest);
        }
      }
    }
  }

  /** The manifests that something leads to; the others are removed. */
  private Set<Digest> reached(Repositories.Repository repository, Set<Digest> here)
      throws IOException {
    Set<Digest> reached = new HashSet<>();
    List<Digest> next = new ArrayList<>();
    for (String tag : repository.tags()) {
      repository.tag(tag).ifPresent(target -> next.add(target.digest()));
    }
    for (Digest digest : here) {
      if (!isOld(repository.manifestLink(digest))) {
        next.add(digest);
      }
    }
    while (!next.isEmpty()) {
      Digest digest = next.removeLast();
      if (here.contains(digest) && reached.add(digest)) {
        next.addAll(needs.getOrDefault(digest, Set.of()));
        for (Json.Obj referrer : repository.referrers(digest)) {
          next.add(Descriptor.fromJson(referrer).digest());
        }
      }
    }
    for (Digest digest : here) {
      if (!reached.contains(digest)) {
        manifests++;
        if (!rules.dryRun()) {
          ManifestRoutes.remove(store, repository, digest);
        }
      }
    }
    return reached;
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException _) {
      return 0; // a cache that keeps to its limit was quicker
    }
  }

  private boolean isOld(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(rules.before());
    } catch (NoSuchFileException _) {
      return false;
    }
  }
}
