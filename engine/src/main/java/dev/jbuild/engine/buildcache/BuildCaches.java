package dev.jbuild.engine.buildcache;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.engine.Downloads;
import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.archive.ArchiveFormat;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Layout;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.Resolved;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends the cache of a build to a registry or a folder, and brings it from there. What comes is
 * believed only as far as it can be checked: a layer must have the digests that its step says, else
 * the step is left out.
 */
public final class BuildCaches {
  private static final int LARGEST_CONFIG = 64 << 20;
  private static final String REF_NAME = "org.opencontainers.image.ref.name";

  private final Store store;
  private final Layers layers;
  private final Supplier<RegistryClient> registry;

  public BuildCaches(Store store, Layers layers, Supplier<RegistryClient> registry) {
    this.store = store;
    this.layers = layers;
    this.registry = registry;
  }

  /** How many steps came, and what was wrong with others. */
  public record Imported(int steps, List<String> warnings) {}

  /** Where blobs of a cache come from. */
  private interface Source {
    void copy(Descriptor blob, java.io.OutputStream sink) throws IOException;

    /** Brings a blob into the store; tells whether it was not there before. */
    boolean bring(Descriptor blob) throws IOException;
  }

  private record RegistrySource(Store store, RegistryClient client, ImageReference from)
      implements Source {
    @Override
    public void copy(Descriptor blob, java.io.OutputStream sink) throws IOException {
      client.fetchBlob(from, blob, sink, _ -> {});
    }

    @Override
    public boolean bring(Descriptor blob) throws IOException {
      return Downloads.fetch(store, client, from, blob, _ -> {});
    }
  }

  private record FolderSource(Store store, Path folder) implements Source {
    @Override
    public void copy(Descriptor blob, java.io.OutputStream sink) throws IOException {
      Path file =
          folder.resolve("blobs").resolve(blob.digest().algorithm()).resolve(blob.digest().hex());
      if (!Files.isRegularFile(file)) {
        throw new StoreException(blob.digest() + " is missing there");
      }
      if (Files.size(file) != blob.size()) {
        throw new StoreException(
            "%s has %d bytes there instead of %d"
                .formatted(blob.digest(), Files.size(file), blob.size()));
      }
      Files.copy(file, sink);
    }

    @Override
    public boolean bring(Descriptor blob) throws IOException {
      if (store.blobs().keep(blob.digest())) {
        return false;
      }
      try (Ingest ingest = store.blobs().ingest()) {
        copy(blob, ingest);
        ingest.commit(blob.digest(), blob.size());
      }
      return true;
    }
  }

  /**
   * Sends the steps of a build to a registry.
   *
   * @param image whose layers alone are sent (mode {@code min}); absent for those of all steps
   */
  public Descriptor push(
      ImageReference to, List<StepRecord> steps, Optional<LocalImage> image, Packing packing)
      throws IOException {
    try (Lease lease = store.lease()) {
      pin(lease, steps);
      Bundle bundle = CacheBundle.of(store, layers, steps, image, packing);
      return new ImagePush(store, layers, registry)
          .push(to, bundle.top().descriptor().digest(), bundle, new Quiet());
    }
  }

  /** The same to a folder in OCI layout. */
  public Descriptor write(
      Path folder, String tag, List<StepRecord> steps, Optional<LocalImage> image, Packing packing)
      throws IOException {
    try (Lease lease = store.lease();
        Layout layout = Layout.folder(folder)) {
      pin(lease, steps);
      Bundle bundle = CacheBundle.of(store, layers, steps, image, packing);
      ArchiveFormat.writeArtifact(bundle, tag, layout);
      return bundle.top().descriptor();
    }
  }

  /** The steps whose layers an image has, as the annotation that carries them with it. */
  public Map<String, String> inline(List<StepRecord> steps, LocalImage image) throws IOException {
    return Map.of(CacheBundle.INLINE, CacheBundle.inline(layers, steps, image).compact());
  }

  private static void pin(Lease lease, List<StepRecord> steps) {
    lease.pin(steps.stream().flatMap(step -> step.layer().stream()).toList());
  }

  private static final class Quiet implements ImagePush.Progress {
    @Override
    public void state(Digest layer, String state) {
      // the step of the display says enough
    }

    @Override
    public void sent(Digest layer, long current, long total) {
      // the step of the display says enough
    }
  }

  /** Brings a cache from a registry; what goes wrong is told and never fails. */
  public Imported pull(ImageReference from) {
    try {
      Resolved found = registry.get().resolve(from);
      return take(Manifest.parse(found.bytes()), new RegistrySource(store, registry.get(), from));
    } catch (RuntimeException | IOException e) {
      return failed(from.familiar(), e);
    }
  }

  /** Brings a cache from a folder in OCI layout. */
  public Imported read(Path folder, String tag) {
    try {
      ImageIndex index = ImageIndex.parse(Files.readAllBytes(folder.resolve("index.json")));
      Optional<Descriptor> entry =
          index.manifests().stream()
              .filter(m -> m.annotations().getOrDefault(REF_NAME, "").equals(tag))
              .findFirst();
      if (entry.isEmpty()) {
        return new Imported(0, List.of("no cache " + tag + " in " + folder));
      }
      ByteArrayOutputStream manifest = new ByteArrayOutputStream();
      Source files = new FolderSource(store, folder);
      files.copy(entry.get(), manifest);
      require(entry.get(), manifest.toByteArray());
      return take(Manifest.parse(manifest.toByteArray()), files);
    } catch (RuntimeException | IOException e) {
      return failed(folder.toString(), e);
    }
  }

  private static Imported failed(String from, Exception e) {
    return new Imported(0, List.of("the cache " + from + " is not used: " + Reason.of(e)));
  }

  private Imported take(Manifest manifest, Source source) throws IOException {
    if (manifest.isImage()) {
      return inline(manifest, source);
    }
    if (!manifest.config().mediaType().equals(CacheBundle.CONFIG)) {
      return new Imported(
          0, List.of("what is there is no build cache: " + manifest.config().mediaType()));
    }
    if (manifest.config().size() > LARGEST_CONFIG) {
      return new Imported(0, List.of("the list of cached steps is too large to be one"));
    }
    ByteArrayOutputStream config = new ByteArrayOutputStream();
    source.copy(manifest.config(), config);
    require(manifest.config(), config.toByteArray());
    Map<DiffId, Descriptor> blobs = new HashMap<>();
    for (Descriptor layer : manifest.layers()) {
      String diffId = layer.annotations().getOrDefault(CacheBundle.DIFF_ID, "");
      if (Digest.isDigest(diffId)) {
        blobs.put(new DiffId(Digest.parse(diffId)), layer);
      }
    }
    return take(Json.parseObject(config.toByteArray()), blobs, source);
  }

  /** The steps that an image carries in an annotation; their layers are the image's own. */
  private Imported inline(Manifest manifest, Source source) throws IOException {
    String steps = manifest.annotations().getOrDefault(CacheBundle.INLINE, "");
    if (steps.isEmpty()) {
      return new Imported(
          0, List.of("the image carries no cache; build it with --cache-to type=inline"));
    }
    ByteArrayOutputStream config = new ByteArrayOutputStream();
    source.copy(manifest.config(), config);
    require(manifest.config(), config.toByteArray());
    List<DiffId> diffIds = ImageConfig.parse(config.toByteArray()).diffIds();
    Map<DiffId, Descriptor> blobs = new HashMap<>();
    for (int i = 0; i < Math.min(diffIds.size(), manifest.layers().size()); i++) {
      blobs.put(diffIds.get(i), manifest.layers().get(i));
    }
    return take(Json.parseObject(steps), blobs, source);
  }

  private Imported take(Json.Obj list, Map<DiffId, Descriptor> blobs, Source source)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    int count = 0;
    try (Lease lease = store.lease()) {
      StepRecords records = new StepRecords(store.root());
      for (Json.Obj json : list.objects("steps")) {
        try {
          CachedStep step = CachedStep.fromJson(json);
          Optional<Layer> layer = layer(lease, step, blobs, source);
          records.put(step.record(layer.map(l -> l.id().value())));
          count++;
        } catch (RuntimeException | IOException e) {
          // Whatever the bytes of a stranger bring about: a build can do without them.
          warnings.add("a cached step is not used: " + Reason.of(e));
        }
      }
    }
    return new Imported(count, warnings);
  }

  private Optional<Layer> layer(
      Lease lease, CachedStep step, Map<DiffId, Descriptor> blobs, Source source)
      throws IOException {
    if (step.layer().isEmpty()) {
      return Optional.empty();
    }
    DiffId diffId = step.layer().get();
    Optional<Layer> known = layers.byDiffId(diffId);
    Layer layer;
    if (known.isPresent()) {
      layer = known.get();
    } else {
      Descriptor blob = blobs.get(diffId);
      if (blob == null) {
        throw new StoreException("its layer " + diffId + " is missing");
      }
      layer = unpack(lease, blob, source);
    }
    lease.pin(layer.id().value());
    LayerFacts facts = layers.measure(layer);
    if (!facts.diffId().equals(diffId) || !facts.content().equals(step.content())) {
      throw new StoreException("its layer " + diffId + " has other content than the step says");
    }
    return Optional.of(layer);
  }

  /** Packed anew, a layer that came from a build has the digest that it had there. */
  private Layer unpack(Lease lease, Descriptor blob, Source source) throws IOException {
    boolean came = source.bring(blob);
    try (InputStream in = store.blobs().open(blob.digest())) {
      return layers.unpack(lease.id(), in, Optional.empty(), Optional.empty());
    } finally {
      if (came) {
        store.blobs().remove(blob.digest()); // else it is some image's
      }
    }
  }

  private static void require(Descriptor expected, byte[] bytes) {
    if (!Digest.sha256(bytes).equals(expected.digest())) {
      throw new StoreException(expected.digest() + " has other content than its name says");
    }
  }
}
