package dev.jbuild.engine.archive;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes images of the store ready to leave it. */
public final class Exports {
  private final Store store;
  private final PackedLayers packed;

  public Exports(Store store, Layers layers) {
    this.store = store;
    this.packed = new PackedLayers(store, layers);
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

  /** The manifest of an image that a name may reach through an index. */
  public Descriptor manifestOf(LocalImage image) throws IOException {
    Descriptor target = image.target();
    if (!MediaTypes.isIndex(target.mediaType())) {
      return target;
    }
    for (Descriptor one : ImageIndex.parse(store.blobs().read(target.digest())).manifests()) {
      if (MediaTypes.isManifest(one.mediaType())
          && store.blobs().has(one.digest())
          && Manifest.parse(store.blobs().read(one.digest()))
              .config()
              .digest()
              .equals(image.id())) {
        return Descriptor.of(one.mediaType(), one.digest(), one.size());
      }
    }
    throw new StoreException(
        "the manifest of image " + image.id() + " is missing in the store; pull it again");
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
      Map<String, String> all = json.textMap("annotations");
      all.putAll(annotations);
      json = json.with("annotations", Json.textMap(all));
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
