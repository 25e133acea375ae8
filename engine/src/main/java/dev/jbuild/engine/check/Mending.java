package dev.jbuild.engine.check;

import dev.jbuild.engine.Downloads;
import dev.jbuild.engine.Origins;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings back what an image lacks: layers from their originals, and these from the registry that
 * they came from. What came from nowhere is not looked for anywhere.
 */
final class Mending {
  private final Store store;
  private final Layers layers;
  private final Supplier<RegistryClient> registry;
  private final Lease lease;
  private final Origins origins;
  private final List<String> done = new ArrayList<>();

  Mending(Store store, Layers layers, Supplier<RegistryClient> registry, Lease lease) {
    this.store = store;
    this.layers = layers;
    this.registry = registry;
    this.lease = lease;
    this.origins = new Origins(store);
  }

  /**
   * Mends one image as far as that goes.
   *
   * @return what was done, a line each
   */
  List<String> mend(Names.Named named) throws IOException {
    done.clear();
    try {
      Descriptor target = named.target();
      Optional<ImageReference> name = named.reference().filter(origins::isKnown);
      if (!store.blobs().has(target.digest()) && name.isPresent()) {
        byte[] bytes = registry.get().manifest(name.get(), target.digest()).bytes();
        store.blobs().put(bytes);
        done.add("its manifest came anew from " + name.get().name());
      }
      if (!store.blobs().has(target.digest())) {
        return List.copyOf(done);
      }
      byte[] bytes = store.blobs().read(target.digest());
      if (!MediaTypes.isIndex(target.mediaType())) {
        mend(Manifest.parse(bytes), name);
        return List.copyOf(done);
      }
      for (Descriptor one : ImageIndex.parse(bytes).manifests()) {
        if (store.blobs().has(one.digest()) && MediaTypes.isManifest(one.mediaType())) {
          Manifest manifest = Manifest.parse(store.blobs().read(one.digest()));
          if (!isElsewhere(manifest)) {
            mend(manifest, name);
          }
        }
      }
    } catch (RegistryException | StoreException | JsonException e) {
      done.add("not all could be brought: " + e.getMessage());
    }
    return List.copyOf(done);
  }

  /**
   * Whether only the manifest of an image is here, as in an index that {@code manifest create}
   * makes of images of registries: the rest was never meant to be.
   */
  boolean isElsewhere(Manifest manifest) {
    boolean here = store.blobs().has(manifest.config().digest());
    for (Descriptor blob : manifest.layers()) {
      here |= store.blobs().has(blob.digest());
    }
    return !here && origins.anywhere(manifest.config().digest()).isPresent();
  }

  private void mend(Manifest manifest, Optional<ImageReference> name) throws IOException {
    fetch(manifest.config(), name.or(() -> origin(manifest)));
    if (!manifest.isImage()) {
      for (Descriptor blob : manifest.layers()) {
        fetch(blob, origins.anywhere(blob.digest()).or(() -> name));
      }
      return;
    }
    if (!store.blobs().has(manifest.config().digest())) {
      return;
    }
    List<DiffId> diffIds =
        ImageConfig.parse(store.blobs().read(manifest.config().digest())).diffIds();
    for (int i = 0; i < Math.min(diffIds.size(), manifest.layers().size()); i++) {
      layer(diffIds.get(i), manifest.layers().get(i), name);
    }
  }

  private Optional<ImageReference> origin(Manifest manifest) {
    return manifest.layers().stream()
        .flatMap(layer -> origins.anywhere(layer.digest()).stream())
        .findFirst();
  }

  private void layer(DiffId diffId, Descriptor blob, Optional<ImageReference> name)
      throws IOException {
    Optional<Layer> layer = layers.byDiffId(diffId);
    boolean wanted =
        layer.isEmpty()
            || layers
                .facts(layer.get().id())
                .flatMap(LayerFacts::blob)
                .map(original -> original.digest().equals(blob.digest()))
                .orElse(false);
    if (wanted) {
      fetch(blob, origins.anywhere(blob.digest()).or(() -> name));
    }
    if (layer.isEmpty() && store.blobs().has(blob.digest())) {
      try (InputStream in = store.blobs().open(blob.digest())) {
        layers.unpack(lease.id(), in, Optional.of(diffId), Optional.of(blob));
      }
      done.add("its layer " + diffId + " was unpacked anew");
    }
  }

  private void fetch(Descriptor blob, Optional<ImageReference> from) throws IOException {
    Digest digest = blob.digest();
    if (from.isPresent() && Downloads.fetch(store, registry.get(), from.get(), blob, _ -> {})) {
      done.add("blob " + digest + " came anew from " + from.get().name());
    }
  }
}
