package dev.jbuild.engine.archive;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes images of the store ready to leave it. */
public final class Exports {
  private final Store store;
  private final PackedLayers packed;
  private final LocalImages images;

  public Exports(Store store, Layers layers) {
    this.store = store;
    this.packed = new PackedLayers(store, layers);
    this.images = new LocalImages(store, layers);
  }

  /** Packs what is not packed, and makes the manifest that names it. */
  public Outgoing prepare(LocalImage image, Packing packing) throws IOException {
    return prepare(image, packing, Map.of());
  }

  /**
   * The same with further annotations of the manifest.
   *
   * @throws StoreException when a part of the image is not here
   */
  public Outgoing prepare(LocalImage image, Packing packing, Map<String, String> annotations)
      throws IOException {
    Descriptor stored = manifestOf(image);
    byte[] bytes = store.blobs().read(stored.digest());
    Manifest manifest = Manifest.parse(bytes);
    if (image.isArtifact()) {
      return asItCame(stored, Platform.UNKNOWN, manifest, bytes);
    }
    List<Part> layers = new ArrayList<>();
    String type = manifestType(stored.mediaType(), packing.types());
    boolean asIs = packing.types() == Packing.Types.AS_THEY_ARE;
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor listed = manifest.layers().get(i);
      Part part = packed.pack(image.layers().get(i), listed, packing);
      layers.add(
          asIs && part.descriptor().equals(listed)
              ? part
              : new Part(typed(part.descriptor(), type), part.content()));
    }
    byte[] config = store.blobs().read(manifest.config().digest());
    Descriptor configType = asIs ? manifest.config() : typed(manifest.config(), type);
    boolean same =
        type.equals(stored.mediaType())
            && annotations.isEmpty()
            && layers.stream().map(Part::descriptor).toList().equals(manifest.layers());
    byte[] leaving = same ? bytes : changed(bytes, type, configType, layers, annotations);
    Descriptor descriptor =
        same ? stored : Descriptor.of(type, Digest.sha256(leaving), leaving.length);
    return new Outgoing(
        Part.of(descriptor.withPlatform(image.config().platform()), leaving),
        Part.of(configType, config),
        layers,
        image.config().platform(),
        leaving,
        config);
  }

  /** A layer that belongs to no image, packed. */
  public Part pack(Layer layer, Packing packing) throws IOException {
    return packed.pack(layer, packing);
  }

  /** The manifest of an image that a name may reach through an index. */
  public Descriptor manifestOf(LocalImage image) throws IOException {
    Descriptor target = image.target();
    if (!MediaTypes.isIndex(target.mediaType())) {
      return target;
    }
    for (Descriptor one : ImageIndex.parse(store.blobs().read(target.digest())).manifests()) {
      if (MediaTypes.isManifest(one.mediaType())
          && store.blobs().has(one.digest())
          && Manifest.parse(store.blobs().read(one.digest())).equals(image.manifest())) {
        return Descriptor.of(one.mediaType(), one.digest(), one.size());
      }
    }
    throw new StoreException(
        "the manifest of image " + image.id() + " is missing in the store; pull it again");
  }

  /**
   * Everything that the image's name stands for: with an index all of its images, when they are all
   * here, else the image alone.
   */
  public Bundle bundle(LocalImage image, Packing packing, List<ImageReference> names)
      throws IOException {
    return bundle(image, packing, names, Annotations.NONE);
  }

  /**
   * What an image gets on its way out.
   *
   * @param manifest of each image's manifest
   * @param index of the index of several
   */
  public record Annotations(Map<String, String> manifest, Map<String, String> index) {
    /** Nothing. */
    public static final Annotations NONE = new Annotations(Map.of(), Map.of());
  }

  /** The same with further annotations. */
  public Bundle bundle(
      LocalImage image, Packing packing, List<ImageReference> names, Annotations annotations)
      throws IOException {
    if (MediaTypes.isIndex(image.target().mediaType())) {
      Optional<Bundle> whole = whole(image, packing, names, annotations);
      if (whole.isPresent()) {
        return whole.get();
      }
    }
    if (!annotations.index().isEmpty()) {
      throw new StoreException("index annotations not supported for single platform export");
    }
    return Bundle.of(prepare(image, packing, annotations.manifest()), names);
  }

  private Optional<Bundle> whole(
      LocalImage image, Packing packing, List<ImageReference> names, Annotations annotations)
      throws IOException {
    byte[] bytes = store.blobs().read(image.target().digest());
    List<Outgoing> all = new ArrayList<>();
    List<Json> entries = new ArrayList<>();
    boolean changed = !annotations.index().isEmpty();
    for (Json.Obj entry : Json.parseObject(bytes).objects("manifests")) {
      Descriptor listed = Descriptor.fromJson(entry);
      Optional<Outgoing> one = member(listed, packing, annotations.manifest());
      if (one.isEmpty()) {
        return Optional.empty();
      }
      Descriptor leaving = one.get().manifest().descriptor();
      boolean same = leaving.digest().equals(listed.digest());
      changed |= !same;
      entries.add(
          same
              ? entry
              : entry
                  .with("mediaType", leaving.mediaType())
                  .with("digest", leaving.digest().toString())
                  .with("size", leaving.size()));
      // The image that this machine would use comes first.
      if (one.get().id().equals(image.id())) {
        all.addFirst(one.get());
      } else {
        all.add(one.get());
      }
    }
    if (all.isEmpty()) {
      return Optional.empty();
    }
    byte[] index = changed ? index(bytes, entries, annotations.index()) : bytes;
    Descriptor top = Descriptor.of(image.target().mediaType(), Digest.sha256(index), index.length);
    return Optional.of(new Bundle(all, names, Map.of(), Optional.of(Part.of(top, index))));
  }

  private static byte[] index(byte[] bytes, List<Json> entries, Map<String, String> annotations) {
    Json.Obj index = Json.parseObject(bytes).with("manifests", new Json.Arr(entries));
    return annotations.isEmpty() ? index.bytes() : annotated(index, annotations).bytes();
  }

  private static Json.Obj annotated(Json.Obj json, Map<String, String> annotations) {
    Map<String, String> all = json.textMap("annotations");
    all.putAll(annotations);
    return json.with("annotations", Json.textMap(all));
  }

  /** A manifest of an index; absent when something of it is not here. */
  private Optional<Outgoing> member(
      Descriptor listed, Packing packing, Map<String, String> annotations) throws IOException {
    if (!MediaTypes.isManifest(listed.mediaType()) || !store.blobs().has(listed.digest())) {
      return Optional.empty();
    }
    Descriptor plain = Descriptor.of(listed.mediaType(), listed.digest(), listed.size());
    Platform platform = listed.platform().orElse(Platform.UNKNOWN);
    byte[] bytes = store.blobs().read(listed.digest());
    Manifest manifest = Manifest.parse(bytes);
    Optional<LocalImage> unpacked =
        manifest.isImage() ? images.read(plain, platform) : Optional.empty();
    if (unpacked.isPresent()) {
      return Optional.of(prepare(unpacked.get(), packing, annotations));
    }
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    blobs.add(manifest.config());
    return blobs.stream().allMatch(blob -> store.blobs().has(blob.digest()))
        ? Optional.of(asItCame(listed, platform, manifest, bytes))
        : Optional.empty();
  }

  /** For another machine, or no image at all. */
  private Outgoing asItCame(Descriptor listed, Platform platform, Manifest manifest, byte[] bytes)
      throws IOException {
    return new Outgoing(
        Part.of(listed, bytes),
        kept(manifest.config()),
        manifest.layers().stream().map(this::kept).toList(),
        platform,
        bytes,
        store.blobs().read(manifest.config().digest()));
  }

  private Part kept(Descriptor blob) {
    return new Part(blob, () -> store.blobs().open(blob.digest()));
  }

  private static String manifestType(String stored, Packing.Types types) {
    return switch (types) {
      case AS_THEY_ARE -> stored;
      case OCI -> MediaTypes.OCI_MANIFEST;
      case DOCKER -> MediaTypes.DOCKER_MANIFEST;
    };
  }

  /** Members that we do not know stay. */
  private static byte[] changed(
      byte[] bytes,
      String type,
      Descriptor config,
      List<Part> layers,
      Map<String, String> annotations) {
    Json.Obj json =
        Json.parseObject(bytes)
            .with("mediaType", type)
            .with("config", config.toJson())
            .with(
                "layers",
                new Json.Arr(
                    layers.stream().<Json>map(part -> part.descriptor().toJson()).toList()));
    if (!annotations.isEmpty()) {
      json = annotated(json, annotations);
    }
    return json.bytes();
  }

  /** A config or layer as the manifest of that type calls it; other types stay as they are. */
  private static Descriptor typed(Descriptor blob, String manifestType) {
    boolean docker = manifestType.equals(MediaTypes.DOCKER_MANIFEST);
    String type =
        switch (blob.mediaType()) {
          case MediaTypes.OCI_CONFIG, MediaTypes.DOCKER_CONFIG ->
              docker ? MediaTypes.DOCKER_CONFIG : MediaTypes.OCI_CONFIG;
          case MediaTypes.OCI_LAYER, MediaTypes.DOCKER_LAYER ->
              docker ? MediaTypes.DOCKER_LAYER : MediaTypes.OCI_LAYER;
          case MediaTypes.OCI_LAYER_GZIP, MediaTypes.DOCKER_LAYER_GZIP ->
              docker ? MediaTypes.DOCKER_LAYER_GZIP : MediaTypes.OCI_LAYER_GZIP;
          case MediaTypes.OCI_LAYER_ZSTD, MediaTypes.DOCKER_LAYER + ".zstd" ->
              docker ? MediaTypes.DOCKER_LAYER + ".zstd" : MediaTypes.OCI_LAYER_ZSTD;
          default -> blob.mediaType();
        };
    return type.equals(blob.mediaType())
        ? blob
        : new Descriptor(type, blob.digest(), blob.size(), blob.platform(), blob.annotations());
  }
}
