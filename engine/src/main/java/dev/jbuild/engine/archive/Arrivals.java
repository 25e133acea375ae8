package dev.jbuild.engine.archive;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.layer.ArchiveException;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Makes images of the store out of manifests whose blobs have come or are about to come. */
public final class Arrivals {
  private final Store store;
  private final Layers layers;

  public Arrivals(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
  }

  /** Sees to it that a layer's blob is in the store. */
  @FunctionalInterface
  public interface Fetch {
    void fetch(Descriptor blob) throws IOException;
  }

  /**
   * Unpacks the layers of an image, several at once, each as soon as its blob is here. The image
   * has no name yet, and the lease keeps it.
   *
   * @param top what names shall point at: the manifest, or the index that it came with
   * @throws ArchiveException when the parts do not fit together
   */
  public LocalImage unpack(
      Lease lease, Descriptor top, Manifest manifest, ImageConfig config, Fetch fetch)
      throws IOException {
    if (config.diffIds().size() != manifest.layers().size()) {
      throw new ArchiveException(
          "the image is damaged: its config names "
              + config.diffIds().size()
              + " layers, its manifest "
              + manifest.layers().size());
    }
    List<Callable<Layer>> work = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor blob = manifest.layers().get(i);
      DiffId diffId = config.diffIds().get(i);
      work.add(() -> unpack(lease, blob, diffId, fetch));
    }
    List<Layer> stack = AtOnce.all(work);
    lease.pin(stack.stream().map(l -> l.id().value()).toList());
    return new LocalImage(top, manifest, config, stack);
  }

  /** Brings an artifact, of which nothing is unpacked. */
  public LocalImage keep(Descriptor top, Manifest manifest, Fetch fetch) throws IOException {
    List<Callable<Descriptor>> work = new ArrayList<>();
    for (Descriptor blob : new LinkedHashSet<>(manifest.layers())) {
      work.add(() -> {
        fetch.fetch(blob);
        return blob;
      });
    }
    AtOnce.all(work);
    return new LocalImage(top, manifest, ImageConfig.empty(Platform.UNKNOWN), List.of());
  }

  private Layer unpack(Lease lease, Descriptor blob, DiffId diffId, Fetch fetch)
      throws IOException {
    fetch.fetch(blob);
    try (InputStream in = store.blobs().open(blob.digest())) {
      return layers.unpack(lease.id(), in, Optional.of(diffId), Optional.of(blob));
    }
  }
}
