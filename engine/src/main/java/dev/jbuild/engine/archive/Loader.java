package dev.jbuild.engine.archive;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.ArchiveException;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the images of an archive into the store: OCI layouts (image-spec, image-layout.md) and
 * docker-archives, old and new, of any tool. What an OCI layout holds keeps its digests.
 */
public final class Loader {
  private static final String IMAGE_NAME = "io.containerd.image.name";
  private static final String REF_NAME = "org.opencontainers.image.ref.name";

  private final Store store;
  private final LocalImages images;
  private final Arrivals arrivals;
  private final Platform platform;

  /**
   * @param platform which image to unpack where one name stands for several
   */
  public Loader(Store store, Layers layers, Platform platform) {
    this.store = store;
    this.images = new LocalImages(store, layers);
    this.arrivals = new Arrivals(store, layers);
    this.platform = platform;
  }

  /** An image and the names that the archive gives it, perhaps none. */
  public record Loaded(LocalImage image, List<ImageReference> names) {
    public Loaded {
      names = List.copyOf(names);
    }
  }

  /** Reads a tar, plain or compressed, and names the images in it. */
  public List<Loaded> load(InputStream archive) throws IOException {
    try (Lease lease = store.lease()) {
      return load(lease, ArchiveContent.read(store, archive));
    }
  }

  /** Reads a folder in OCI layout, and names the images in it. */
  public List<Loaded> load(Path folder) throws IOException {
    try (Lease lease = store.lease()) {
      return load(lease, ArchiveContent.read(store, folder));
    }
  }

  /**
   * Reads an archive of something that is no image; its blobs are in the store afterwards. Whoever
   * calls holds a lease.
   */
  public static Manifest artifact(Store store, InputStream archive) throws IOException {
    ArchiveContent content = ArchiveContent.read(store, archive);
    byte[] index =
        content
            .text("index.json")
            .orElseThrow(() -> new ArchiveException("the archive has no index.json"));
    List<Descriptor> entries = ImageIndex.parse(index).manifests();
    if (entries.isEmpty() || !store.blobs().has(entries.getFirst().digest())) {
      throw new ArchiveException("the archive is not whole: its manifest is missing");
    }
    return Manifest.parse(store.blobs().read(entries.getFirst().digest()));
  }

  private List<Loaded> load(Lease lease, ArchiveContent content) throws IOException {
    List<Loaded> loaded = new ArrayList<>();
    try {
      Optional<byte[]> index = content.text("index.json");
      Optional<byte[]> manifest = content.text("manifest.json");
      if (index.isPresent()) {
        loaded.addAll(layout(lease, ImageIndex.parse(index.get()), manifest));
      } else if (manifest.isPresent()) {
        for (Json entry : docker(manifest.get())) {
          loaded.add(docker(lease, content, entry));
        }
      } else {
        throw new ArchiveException(
            (content.isEmpty() ? "the archive is empty" : "the archive holds no image")
                + ": it has neither index.json nor manifest.json; a tar of files becomes an image"
                + " with 'jbuild import'");
      }
    } catch (JsonException e) {
      throw new ArchiveException("the archive is damaged: " + e.getMessage());
    }
    for (Loaded one : loaded) {
      images.name(one.names(), one.image());
    }
    return loaded;
  }

  private List<Loaded> layout(Lease lease, ImageIndex index, Optional<byte[]> docker)
      throws IOException {
    Map<Descriptor, Set<ImageReference>> tops = new LinkedHashMap<>();
    for (Descriptor entry : index.manifests()) {
      if (entry.annotations().containsKey("vnd.docker.reference.type")) {
        continue;
      }
      tops.computeIfAbsent(
              Descriptor.of(typeOf(entry), entry.digest(), entry.size()),
              _ -> new LinkedHashSet<>())
          .addAll(names(entry));
    }
    List<Loaded> loaded = new ArrayList<>();
    for (var top : tops.entrySet()) {
      LocalImage image = image(lease, top.getKey());
      Set<ImageReference> names = top.getValue();
      if (names.isEmpty() && docker.isPresent()) {
        names = dockerNames(docker.get(), image.id());
      }
      loaded.add(new Loaded(image, List.copyOf(names)));
    }
    return loaded;
  }

  private String typeOf(Descriptor entry) throws IOException {
    if (!entry.mediaType().isEmpty()) {
      return entry.mediaType();
    }
    requireBlob(entry.digest());
    return Json.parseObject(store.blobs().read(entry.digest())).get("manifests").isPresent()
        ? MediaTypes.OCI_INDEX
        : MediaTypes.OCI_MANIFEST;
  }

  private LocalImage image(Lease lease, Descriptor top) throws IOException {
    requireBlob(top.digest());
    Descriptor chosen = top;
    if (MediaTypes.isIndex(top.mediaType())) {
      ImageIndex index = ImageIndex.parse(store.blobs().read(top.digest()));
      chosen = choose(index);
    }
    if (!MediaTypes.isManifest(chosen.mediaType())) {
      throw new ArchiveException(
          "the archive holds a " + chosen.mediaType() + ", which is no image");
    }
    requireBlob(chosen.digest());
    Manifest manifest = Manifest.parse(store.blobs().read(chosen.digest()));
    requireBlob(manifest.config().digest());
    if (!manifest.isImage()) {
      return arrivals.keep(top, manifest, blob -> requireBlob(blob.digest()));
    }
    ImageConfig config = ImageConfig.parse(store.blobs().read(manifest.config().digest()));
    return arrivals.unpack(lease, top, manifest, config, blob -> requireBlob(blob.digest()));
  }

  /** The platform wanted, else the only one that is in the archive. */
  private Descriptor choose(ImageIndex index) throws ArchiveException {
    List<Descriptor> here =
        index.manifests().stream().filter(m -> store.blobs().has(m.digest())).toList();
    Optional<Descriptor> wanted = ImageIndex.of(here).selectAny(platform);
    List<Descriptor> rest =
        here.stream()
            .filter(m -> !m.annotations().containsKey("vnd.docker.reference.type"))
            .toList();
    return wanted
        .or(() -> rest.size() == 1 ? Optional.of(rest.getFirst()) : Optional.empty())
        .orElseThrow(() ->
            new ArchiveException(
                "no image for platform "
                    + platform
                    + " in the archive; there is: "
                    + String.join(
                        ", ",
                        index.manifests().stream()
                            .flatMap(m -> m.platform().stream())
                            .map(Platform::toString)
                            .toList())));
  }

  private void requireBlob(Digest digest) throws ArchiveException {
    if (!store.blobs().has(digest)) {
      throw new ArchiveException("the archive is not whole: blob " + digest + " is missing");
    }
  }

  /**
   * What tools write: containerd and docker the full name, podman and skopeo what they were told.
   */
  private static Set<ImageReference> names(Descriptor entry) {
    Set<ImageReference> names = new LinkedHashSet<>();
    String full = entry.annotations().getOrDefault(IMAGE_NAME, "");
    String ref = entry.annotations().getOrDefault(REF_NAME, "");
    if (!full.isEmpty()) {
      add(names, full);
    } else if (ref.contains(":") || ref.contains("/")) {
      add(names, ref);
    }
    return names;
  }

  private static void add(Set<ImageReference> names, String text) {
    try {
      ImageReference name = ImageReference.parse(text).withDefaultTag();
      if (name.digest().isEmpty()) {
        names.add(name);
      }
    } catch (IllegalArgumentException _) {
      // some other annotation of that name
    }
  }

  private static List<Json> docker(byte[] manifest) {
    if (!(Json.parse(manifest) instanceof Json.Arr(List<Json> items))) {
      throw new JsonException("manifest.json is no list");
    }
    return items;
  }

  /** The names that manifest.json has for the image of a config. */
  private static Set<ImageReference> dockerNames(byte[] manifest, Digest config) {
    Set<ImageReference> names = new LinkedHashSet<>();
    for (Json entry : docker(manifest)) {
      if (entry instanceof Json.Obj image
          && image.text("Config").orElse("").contains(config.hex())) {
        image.texts("RepoTags").forEach(tag -> add(names, tag));
      }
    }
    return names;
  }

  private Loaded docker(Lease lease, ArchiveContent content, Json entry) throws IOException {
    if (!(entry instanceof Json.Obj image)) {
      throw new JsonException("an image in manifest.json is no object");
    }
    Digest configDigest = find(content, image.text("Config").orElse(""));
    byte[] configBytes = store.blobs().read(configDigest);
    List<Descriptor> layers = new ArrayList<>();
    for (String layer : image.texts("Layers")) {
      Digest digest = find(content, layer);
      layers.add(
          Descriptor.of(PackedLayers.typeOf(store, digest), digest, store.blobs().size(digest)));
    }
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            Descriptor.of(MediaTypes.OCI_CONFIG, configDigest, configBytes.length),
            layers,
            Map.of());
    byte[] bytes = manifest.toJson().bytes();
    Descriptor top = Descriptor.of(MediaTypes.OCI_MANIFEST, store.blobs().put(bytes), bytes.length);
    Set<ImageReference> names = new LinkedHashSet<>();
    image.texts("RepoTags").forEach(tag -> add(names, tag));
    return new Loaded(
        arrivals.unpack(
            lease,
            top,
            manifest,
            ImageConfig.parse(configBytes),
            blob -> requireBlob(blob.digest())),
        List.copyOf(names));
  }

  private static Digest find(ArchiveContent content, String name) throws ArchiveException {
    return content
        .find(name)
        .orElseThrow(
            () -> new ArchiveException("the archive is not whole: " + name + " is missing"));
  }
}
