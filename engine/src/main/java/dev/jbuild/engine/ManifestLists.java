package dev.jbuild.engine;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.Resolved;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Indexes that are put together by hand: one name for the images of several platforms. */
public final class ManifestLists {
  private final Store store;
  private final Layers layers;
  private final Supplier<RegistryClient> registry;

  public ManifestLists(Store store, Layers layers, Supplier<RegistryClient> registry) {
    this.store = store;
    this.layers = layers;
    this.registry = registry;
  }

  /**
   * Names an index of some images, those of the store or of registries. What is in it already stays
   * where {@code amend} says so, but an entry for the same platform is replaced.
   *
   * @throws EngineException when the name stands for something, and nothing may be amended
   */
  public Descriptor create(ImageReference name, List<ImageReference> images, boolean amend)
      throws IOException {
    try (Lease _ = store.lease()) {
      List<Descriptor> entries = new ArrayList<>();
      Optional<Descriptor> before = store.names().get(name);
      if (before.isPresent() && !amend) {
        throw new EngineException(
            1, "refusing to amend an existing manifest list with no --amend flag");
      }
      if (before.isPresent() && MediaTypes.isIndex(before.get().mediaType())) {
        entries.addAll(ImageIndex.parse(store.blobs().read(before.get().digest())).manifests());
      }
      for (ImageReference image : images) {
        for (Descriptor entry : entries(image)) {
          entries.removeIf(old ->
              old.digest().equals(entry.digest())
                  || old.platform().isPresent() && old.platform().equals(entry.platform()));
          entries.add(entry);
        }
      }
      return save(name, entries);
    }
  }

  /** Says for which platform an image of an index is. */
  public Descriptor annotate(ImageReference name, ImageReference image, Platform platform)
      throws IOException {
    try (Lease _ = store.lease()) {
      List<Descriptor> entries = new ArrayList<>(index(name).manifests());
      List<Digest> wanted = entries(image).stream().map(Descriptor::digest).toList();
      if (entries.stream().noneMatch(entry -> wanted.contains(entry.digest()))) {
        throw new EngineException(
            1, "manifest for image " + image.familiar() + " does not exist in " + name.familiar());
      }
      entries.replaceAll(
          entry -> wanted.contains(entry.digest()) ? entry.withPlatform(platform) : entry);
      return save(name, entries);
    }
  }

  /** The index that a name stands for. */
  public ImageIndex index(ImageReference name) throws IOException {
    Optional<Descriptor> target = store.names().get(name);
    if (target.isEmpty() || !MediaTypes.isIndex(target.get().mediaType())) {
      throw new EngineException(1, "No such manifest list: " + name.familiar());
    }
    return ImageIndex.parse(store.blobs().read(target.get().digest()));
  }

  private Descriptor save(ImageReference name, List<Descriptor> entries) throws IOException {
    byte[] bytes = ImageIndex.of(entries).toJson().bytes();
    Descriptor target = Descriptor.of(MediaTypes.OCI_INDEX, store.blobs().put(bytes), bytes.length);
    store.names().set(name, target);
    return target;
  }

  /** The manifests of an image, with their platforms. */
  private List<Descriptor> entries(ImageReference image) throws IOException {
    Optional<LocalImage> local = new LocalImages(store, layers).find(image, Platform.host());
    if (local.isPresent()) {
      Descriptor manifest = new Exports(store, layers).manifestOf(local.get());
      return List.of(manifest.withPlatform(local.get().config().platform()));
    }
    Resolved found = registry.get().resolve(image);
    if (MediaTypes.isIndex(found.descriptor().mediaType())) {
      List<Descriptor> all = ImageIndex.parse(found.bytes()).manifests();
      for (Descriptor one : all) {
        keep(image, registry.get().manifest(image, one.digest()));
      }
      return all;
    }
    Manifest manifest = keep(image, found);
    ByteArrayOutputStream config = new ByteArrayOutputStream();
    registry.get().fetchBlob(image, manifest.config(), config, _ -> {});
    return List.of(
        found.descriptor().withPlatform(ImageConfig.parse(config.toByteArray()).platform()));
  }

  /** The manifest is kept, and where its blobs are: a push mounts them from there. */
  private Manifest keep(ImageReference image, Resolved found) throws IOException {
    store.blobs().put(found.bytes());
    Manifest manifest = Manifest.parse(found.bytes());
    Origins origins = new Origins(store);
    origins.seen(manifest.config().digest(), image);
    for (Descriptor layer : manifest.layers()) {
      origins.seen(layer.digest(), image);
    }
    return manifest;
  }

  /**
   * Sends an index to its registry: images of the store whole, of those of registries the blobs are
   * mounted from where they are, or sent through here.
   */
  public Descriptor push(ImageReference name, ImagePush push, ImagePush.Progress progress)
      throws IOException {
    try (Lease _ = store.lease()) {
      List<Descriptor> entries = new ArrayList<>();
      for (Descriptor entry : index(name).manifests()) {
        Descriptor plain = Descriptor.of(entry.mediaType(), entry.digest(), entry.size());
        Optional<LocalImage> local =
            new LocalImages(store, layers).read(plain, entry.platform().orElseGet(Platform::host));
        Descriptor pushed =
            local.isPresent()
                ? push.pushByDigest(name, local.get(), progress)
                : relay(name, plain, push);
        entries.add(
            new Descriptor(
                pushed.mediaType(),
                pushed.digest(),
                pushed.size(),
                entry.platform(),
                entry.annotations()));
      }
      byte[] bytes = ImageIndex.of(entries).toJson().bytes();
      Digest digest = registry.get().pushManifest(name, MediaTypes.OCI_INDEX, bytes);
      return Descriptor.of(MediaTypes.OCI_INDEX, digest, bytes.length);
    }
  }

  private Descriptor relay(ImageReference name, Descriptor entry, ImagePush push)
      throws IOException {
    byte[] bytes = store.blobs().read(entry.digest());
    Manifest manifest = Manifest.parse(bytes);
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    blobs.add(manifest.config());
    for (Descriptor blob : blobs) {
      push.relay(name, blob);
    }
    registry.get().pushManifest(name.withDigest(entry.digest()), entry.mediaType(), bytes);
    return entry;
  }
}
