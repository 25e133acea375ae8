package dev.jbuild.cache;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The images of a store.
 *
 * <p>Layers of images built here are listed uncompressed, with their DiffId as digest, and no blob:
 * their tar is packed from the layer's folder when something leaves. Pulled images keep the bytes
 * that came.
 */
public final class LocalImages {
  private final Store store;
  private final Layers layers;

  public LocalImages(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
  }

  /** The image of a name, for a platform; absent when it or one of its layers is not here. */
  public Optional<LocalImage> find(ImageReference reference, Platform platform) throws IOException {
    if (reference.digest().isPresent()) {
      return findDigest(reference.digest().get(), platform);
    }
    Optional<Descriptor> target = store.names().get(reference);
    return target.isPresent() ? read(target.get(), platform) : Optional.empty();
  }

  /** The image that a name, an id or the beginning of an id means. */
  public Optional<LocalImage> find(String nameOrId, Platform platform) throws IOException {
    Optional<ImageReference> reference = parse(nameOrId);
    if (reference.isPresent()) {
      Optional<LocalImage> named = find(reference.get(), platform);
      if (named.isPresent()) {
        return named;
      }
    }
    String prefix = nameOrId.startsWith("sha256:") ? nameOrId.substring(7) : nameOrId;
    Map<Digest, LocalImage> matches = new LinkedHashMap<>();
    for (Names.Named named : store.names().list()) {
      Optional<LocalImage> image = read(named.target(), platform);
      if (image.isPresent()
          && (image.get().id().hex().startsWith(prefix)
              || named.target().digest().hex().startsWith(prefix))) {
        matches.put(image.get().id(), image.get());
      }
    }
    return matches.size() == 1 ? Optional.of(matches.values().iterator().next()) : Optional.empty();
  }

  /** The image of a manifest or index; absent when something of it is not here. */
  public Optional<LocalImage> read(Descriptor target, Platform platform) throws IOException {
    Optional<byte[]> bytes = store.blobs().readIfPresent(target.digest());
    if (bytes.isPresent() && MediaTypes.isIndex(target.mediaType())) {
      Optional<Descriptor> chosen = ImageIndex.parse(bytes.get()).selectAny(platform);
      bytes =
          chosen.isPresent()
              ? store.blobs().readIfPresent(chosen.get().digest())
              : Optional.empty();
    }
    return bytes.isPresent() ? read(target, Manifest.parse(bytes.get())) : Optional.empty();
  }

  private Optional<LocalImage> read(Descriptor target, Manifest manifest) throws IOException {
    if (!manifest.isImage()) {
      return artifact(target, manifest);
    }
    Optional<byte[]> bytes = store.blobs().readIfPresent(manifest.config().digest());
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    ImageConfig config = ImageConfig.parse(bytes.get());
    List<Layer> stack = new ArrayList<>();
    for (DiffId diffId : config.diffIds()) {
      Optional<Layer> layer = layers.byDiffId(diffId);
      if (layer.isEmpty()) {
        return Optional.empty();
      }
      stack.add(layer.get());
    }
    return Optional.of(new LocalImage(target, manifest, config, stack));
  }

  private Optional<LocalImage> artifact(Descriptor target, Manifest manifest) {
    boolean whole = store.blobs().has(manifest.config().digest());
    for (Descriptor blob : manifest.layers()) {
      whole &= store.blobs().has(blob.digest());
    }
    if (!whole) {
      return Optional.empty();
    }
    return Optional.of(
        new LocalImage(target, manifest, ImageConfig.empty(Platform.UNKNOWN), List.of()));
  }

  /**
   * Writes the config and manifest of an image made of layers that are here; gives it no name.
   *
   * @param described all of the config but the layers' DiffIds, which are the stack's
   */
  public LocalImage put(ImageConfig described, List<Layer> stack, Map<String, String> annotations)
      throws IOException {
    List<LayerFacts> measured = new ArrayList<>(stack.size());
    List<DiffId> diffIds = new ArrayList<>(stack.size());
    for (Layer layer : stack) {
      LayerFacts facts = layers.measure(layer);
      measured.add(facts);
      diffIds.add(facts.diffId());
    }
    ImageConfig config = described.withDiffIds(diffIds);
    byte[] configBytes = config.toJson().bytes();
    Descriptor configDescriptor =
        Descriptor.of(MediaTypes.OCI_CONFIG, store.blobs().put(configBytes), configBytes.length);
    List<Descriptor> descriptors = new ArrayList<>();
    for (LayerFacts facts : measured) {
      boolean kept = facts.blob().isPresent() && store.blobs().has(facts.blob().get().digest());
      descriptors.add(
          kept
              ? ociLayer(facts.blob().get())
              : Descriptor.of(MediaTypes.OCI_LAYER, facts.diffId().digest(), facts.tarSize()));
    }
    Manifest manifest =
        new Manifest(MediaTypes.OCI_MANIFEST, configDescriptor, descriptors, annotations);
    byte[] bytes = manifest.toJson().bytes();
    Descriptor target =
        Descriptor.of(MediaTypes.OCI_MANIFEST, store.blobs().put(bytes), bytes.length);
    return new LocalImage(target, manifest, config, stack);
  }

  /**
   * Gives an image names, or keeps it as an untagged one when there are none. No crash leaves a
   * name to half an image: what was pulled reaches the disk before, what was made here is marked
   * until it has.
   *
   * @throws StoreException when a part of the image was removed meanwhile
   */
  public void name(List<ImageReference> references, LocalImage image) throws IOException {
    Names names = store.names();
    boolean news = references.isEmpty();
    for (ImageReference reference : references) {
      Optional<Descriptor> target = names.get(reference);
      news |= target.isEmpty() || !target.get().digest().equals(image.target().digest());
    }
    if (!news) {
      return;
    }
    layers.syncPulled(image.layers());
    try (Gate _ = store.pass()) {
      check(image);
      for (ImageReference reference : references) {
        names.set(reference, image.target());
      }
      if (references.isEmpty()) {
        names.addUntagged(image.target());
      }
    }
  }

  private void check(LocalImage image) throws IOException {
    boolean whole = store.blobs().has(image.target().digest()) && store.blobs().has(image.id());
    for (Layer layer : image.layers()) {
      whole &= layers.byId(layer.id()).isPresent();
    }
    if (!whole) {
      throw new StoreException(
          "parts of the image " + image.id() + " were removed meanwhile; try again");
    }
  }

  private static Descriptor ociLayer(Descriptor blob) {
    String type =
        switch (blob.mediaType()) {
          case MediaTypes.DOCKER_LAYER_GZIP -> MediaTypes.OCI_LAYER_GZIP;
          case MediaTypes.DOCKER_LAYER -> MediaTypes.OCI_LAYER;
          default -> blob.mediaType();
        };
    return Descriptor.of(type, blob.digest(), blob.size());
  }

  private Optional<LocalImage> findDigest(Digest digest, Platform platform) throws IOException {
    for (Names.Named named : store.names().list()) {
      if (named.target().digest().equals(digest)) {
        return read(named.target(), platform);
      }
    }
    return Optional.empty();
  }

  private static Optional<ImageReference> parse(String text) {
    try {
      return Optional.of(ImageReference.parse(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
