package dev.jbuild.engine;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.engine.archive.Arrivals;
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
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Images by name: from the store, the one carried inside, or a registry into the store. */
public final class ImageSource {
  private final Store store;
  private final Layers layers;
  private final LocalImages images;
  private final Supplier<RegistryClient> registry;

  public ImageSource(Store store, Layers layers, Supplier<RegistryClient> registry) {
    this.store = store;
    this.layers = layers;
    this.images = new LocalImages(store, layers);
    this.registry = registry;
  }

  /** Hears of bytes that arrive. */
  @FunctionalInterface
  public interface Progress {
    void transferred(String item, long current, long total, boolean done);
  }

  /** The image if it is here. */
  public Optional<LocalImage> local(ImageReference reference, Platform platform)
      throws IOException {
    Optional<LocalImage> image = images.find(reference, platform);
    if (image.isEmpty() && reference.withDefaultTag().equals(TinyImage.NAME)) {
      return Optional.of(TinyImage.make(store, layers, images));
    }
    image.ifPresent(i -> requireImage(reference, i));
    return image.filter(i -> platform.accepts(i.config().platform()));
  }

  /** The image, pulled when it is not here or when asked for. */
  public LocalImage get(
      ImageReference reference, Platform platform, boolean always, Progress progress)
      throws IOException {
    if (!always || reference.withDefaultTag().equals(TinyImage.NAME)) {
      Optional<LocalImage> here = local(reference, platform);
      if (here.isPresent()) {
        return here.get();
      }
    }
    return requireImage(reference, pull(reference.withDefaultTag(), platform, progress));
  }

  /** Fetches an image and gives it its name. What was signed is kept as the bytes that came. */
  public LocalImage pull(ImageReference reference, Platform platform, Progress progress)
      throws IOException {
    try (Lease lease = store.lease()) {
      Resolved top = registry.get().resolve(reference);
      Resolved chosen = top;
      if (MediaTypes.isIndex(top.descriptor().mediaType())) {
        ImageIndex index = ImageIndex.parse(top.bytes());
        if (index.isForNoPlatform()) {
          members(reference, index, progress);
        }
        chosen = registry.get().manifest(reference, choose(reference, index, platform).digest());
        store.blobs().put(top.bytes());
      }
      Manifest manifest = Manifest.parse(chosen.bytes());
      byte[] config = config(reference, manifest);
      store.blobs().put(chosen.bytes());
      Arrivals arrivals = new Arrivals(store, layers);
      Arrivals.Fetch fetch = blob -> fetch(reference, blob, progress);
      LocalImage image =
          manifest.isImage()
              ? arrivals.unpack(lease, top.descriptor(), manifest, ImageConfig.parse(config), fetch)
              : arrivals.keep(top.descriptor(), manifest, fetch);
      images.name(reference.digest().isEmpty() ? List.of(reference) : List.of(), image);
      return image;
    }
  }

  /**
   * An image that something can be begun from.
   *
   * @throws EngineException when the name stands for an artifact
   */
  public static LocalImage requireImage(ImageReference reference, LocalImage image) {
    if (image.isArtifact()) {
      throw new EngineException(
          1,
          reference.familiar()
              + " is no image but an artifact, of "
              + kind(image.manifest())
              + "; it can be pulled, pushed, tagged and saved, but has nothing to run");
    }
    return image;
  }

  /** What tells most of it: its config's type where that is one of its own. */
  private static String kind(Manifest artifact) {
    String config = artifact.config().mediaType();
    boolean own = !MediaTypes.isImageConfig(config) && !config.equals(MediaTypes.OCI_EMPTY);
    return own || artifact.layers().isEmpty() ? config : artifact.layers().getFirst().mediaType();
  }

  /**
   * Fetches an image for all of its platforms, so that it can be sent on as it is; what else an
   * index names, attestations say, comes too. Only the layers for this platform are unpacked.
   */
  public LocalImage pullAll(ImageReference reference, Platform platform, Progress progress)
      throws IOException {
    try (Lease _ = store.lease()) {
      Resolved top = registry.get().resolve(reference);
      if (!MediaTypes.isIndex(top.descriptor().mediaType())) {
        return pull(reference, platform, progress);
      }
      ImageIndex index = ImageIndex.parse(top.bytes());
      members(reference, index, progress);
      Optional<Platform> first =
          index.selectAny(platform).isPresent()
              ? Optional.of(platform)
              : index.manifests().stream().flatMap(m -> m.platform().stream()).findFirst();
      return pull(reference, first.orElse(platform), progress);
    }
  }

  /** Brings everything that an index names, as it is. */
  private void members(ImageReference reference, ImageIndex index, Progress progress)
      throws IOException {
    for (Descriptor one : index.manifests()) {
      if (MediaTypes.isManifest(one.mediaType())) {
        Resolved member = registry.get().manifest(reference, one.digest());
        Manifest manifest = Manifest.parse(member.bytes());
        fetch(reference, manifest.config(), (_, _, _, _) -> {});
        for (Descriptor layer : manifest.layers()) {
          fetch(reference, layer, progress);
        }
        store.blobs().put(member.bytes());
      }
    }
  }

  private static Descriptor choose(ImageReference reference, ImageIndex index, Platform platform) {
    return index
        .selectAny(platform)
        .orElseThrow(() ->
            new EngineException(
                1,
                "no image for platform "
                    + platform
                    + " in "
                    + reference.familiar()
                    + "; there is: "
                    + String.join(
                        ", ",
                        index.manifests().stream()
                            .flatMap(m -> m.platform().stream())
                            .map(Platform::toString)
                            .toList())));
  }

  private byte[] config(ImageReference reference, Manifest manifest) throws IOException {
    Digest digest = manifest.config().digest();
    if (!store.blobs().keep(digest)) {
      try (Ingest ingest = store.blobs().ingest()) {
        registry.get().fetchBlob(reference, manifest.config(), ingest, _ -> {});
        ingest.commit(digest, manifest.config().size());
      }
    }
    return store.blobs().read(digest);
  }

  private void fetch(ImageReference reference, Descriptor blob, Progress progress)
      throws IOException {
    String item = blob.digest().toString();
    if (Downloads.fetch(
        store,
        registry.get(),
        reference,
        blob,
        n -> progress.transferred(item, n, blob.size(), false))) {
      new Origins(store).seen(blob.digest(), reference);
    }
    progress.transferred(item, blob.size(), blob.size(), true);
  }
}
