package dev.jbuild.engine.buildcache;

import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Outgoing;
import dev.jbuild.engine.archive.Part;
import dev.jbuild.layer.ArchiveException;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folders of {@code RUN --mount=type=cache} as an artifact, a layer each, so that they can go
 * where the next build runs.
 */
public final class CacheMounts {
  private static final String CONFIG = "application/vnd.jbuild.cache.mounts.v1+json";
  private static final String ID = "dev.jbuild.cache.mount.id";

  private final Store store;
  private final Layers layers;

  public CacheMounts(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
  }

  /** A folder and the id by which builds find it. */
  public record Mount(String id, Path data) {}

  /** All that there are, sorted by id; of private copies only the first. */
  public List<Mount> list() throws IOException {
    List<Mount> mounts = new ArrayList<>();
    Path caches = store.root().resolve("caches");
    if (!Files.isDirectory(caches)) {
      return mounts;
    }
    try (Stream<Path> places = Files.list(caches)) {
      for (Path place : places.sorted().toList()) {
        Path id = place.resolve("id");
        boolean copy = String.valueOf(place.getFileName()).contains("-");
        if (!copy && Files.isRegularFile(id) && Files.isDirectory(place.resolve("data"))) {
          mounts.add(new Mount(Files.readString(id).strip(), place.resolve("data")));
        }
      }
    }
    mounts.sort((a, b) -> a.id().compareTo(b.id()));
    return mounts;
  }

  /**
   * Makes an artifact of some folders, each of which no build changes meanwhile; whoever calls
   * holds a lease until it has been sent.
   */
  public Bundle export(List<Mount> mounts) throws IOException {
    List<Part> parts = new ArrayList<>();
    for (Mount mount : mounts) {
      try (OpenFile lock = Dir.HERE.lockFile(mount.data().resolveSibling("lock").toString())) {
        lock.lock(true, true);
        Descriptor blob = pack(mount.data());
        parts.add(
            new Part(
                blob.withAnnotations(Map.of(ID, mount.id())),
                () -> store.blobs().open(blob.digest())));
      }
    }
    byte[] config = Json.obj().with("version", 1).bytes();
    Part configPart = Part.of(Descriptor.of(CONFIG, Digest.sha256(config), config.length), config);
    byte[] manifest =
        new Manifest(
                MediaTypes.OCI_MANIFEST,
                configPart.descriptor(),
                parts.stream().map(Part::descriptor).toList(),
                Map.of())
            .toJson()
            .bytes();
    Descriptor top =
        Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(manifest), manifest.length);
    return Bundle.of(
        new Outgoing(Part.of(top, manifest), configPart, parts, Platform.host(), manifest, config),
        List.of());
  }

  private Descriptor pack(Path data) throws IOException {
    Digest plain;
    try (Ingest ingest = store.blobs().ingest()) {
      layers.pack(new Layer(new LayerId("0"), data), ingest);
      plain = ingest.commit();
    }
    try (InputStream in = store.blobs().open(plain);
        Ingest ingest = store.blobs().ingest()) {
      Compression.zstd(in, ingest);
      long size = ingest.written();
      return Descriptor.of(MediaTypes.OCI_LAYER_ZSTD, ingest.commit(), size);
    } finally {
      store.blobs().remove(plain);
    }
  }

  /** Brings a blob of an artifact into the store, where it is not there yet. */
  @FunctionalInterface
  public interface Fetch {
    void fetch(Descriptor blob) throws IOException;
  }

  /**
   * Puts the folders of an artifact in the place of those that are here.
   *
   * @return their ids
   * @throws ArchiveException when it holds something else
   */
  public List<String> bring(Manifest manifest, Fetch fetch) throws IOException {
    if (!manifest.config().mediaType().equals(CONFIG)) {
      throw new ArchiveException("these are no cache mounts but " + manifest.config().mediaType());
    }
    List<String> ids = new ArrayList<>();
    try (Lease lease = store.lease()) {
      for (Descriptor blob : manifest.layers()) {
        String id = blob.annotations().getOrDefault(ID, "");
        if (!id.isEmpty()) {
          fetch.fetch(blob);
          replace(lease, id, blob);
          ids.add(id);
        }
      }
    }
    return ids;
  }

  private void replace(Lease lease, String id, Descriptor blob) throws IOException {
    Path place = store.root().resolve("caches").resolve(Digest.sha256(id).hex());
    Files.createDirectories(place);
    try (Draft draft = layers.draft(lease.id());
        InputStream in = store.blobs().open(blob.digest())) {
      layers.extractArchive(draft, new LayerStack(List.of()), "/", in, Optional.empty());
      Path data = place.resolve("data");
      Path old = Atomic.temporary(store.root());
      try (OpenFile lock = Dir.HERE.lockFile(place.resolve("lock").toString())) {
        lock.lock(true, true);
        if (Files.isDirectory(data)) {
          Files.move(data, old);
        }
        Files.writeString(place.resolve("id"), id + "\n");
        Dir.HERE.rename(draft.fs().toString(), Dir.HERE, data.toString());
      }
      Linux.deleteTree(old);
    }
    store.blobs().remove(blob.digest());
  }
}
