package dev.jbuild.engine.archive;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes images as an OCI image layout (image-spec, image-layout.md). With {@code docker}, the
 * files of a docker-archive are added, which refer to the same blobs: either kind of reader is
 * content.
 */
public final class ArchiveFormat {
  private static final String IMAGE_NAME = "io.containerd.image.name";
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String CREATED = "org.opencontainers.image.created";

  private final Layout layout;
  private final boolean docker;
  private final List<Descriptor> entries = new ArrayList<>();
  private final List<Json> dockerImages = new ArrayList<>();
  private final Map<String, Map<String, String>> repositories = new LinkedHashMap<>();

  private ArchiveFormat(Layout layout, boolean docker) {
    this.layout = layout;
    this.docker = docker;
  }

  /** Writes everything, and ends the layout. */
  public static void write(List<Bundle> bundles, Layout layout, boolean docker) throws IOException {
    ArchiveFormat format = new ArchiveFormat(layout, docker);
    for (Bundle bundle : bundles) {
      format.add(bundle);
    }
    format.finish();
  }

  /** Writes what is no image under a name that need be none of an image. */
  public static void writeArtifact(Bundle bundle, String name, Layout layout) throws IOException {
    ArchiveFormat format = new ArchiveFormat(layout, false);
    for (Outgoing artifact : bundle.images()) {
      format.blobs(artifact);
    }
    format.entries.add(bundle.top().descriptor().withAnnotations(Map.of(REF_NAME, name)));
    format.finish();
  }

  private void blobs(Outgoing image) throws IOException {
    for (Part layer : image.layers()) {
      layout.blob(layer);
    }
    layout.blob(image.config());
    layout.blob(image.manifest());
  }

  private void add(Bundle bundle) throws IOException {
    for (Outgoing image : bundle.images()) {
      blobs(image);
    }
    if (docker && isImage(bundle.images().getFirst())) {
      addDocker(bundle.images().getFirst(), bundle.names());
    }
    Part top = bundle.top();
    if (bundle.isIndex()) {
      layout.blob(top);
    }
    Map<String, String> common = new LinkedHashMap<>();
    if (isImage(bundle.images().getFirst())) {
      ImageConfig.parse(bundle.images().getFirst().configBytes())
          .created()
          .ifPresent(created -> common.put(CREATED, created));
    }
    if (bundle.names().isEmpty()) {
      entries.add(top.descriptor().withAnnotations(common));
    }
    for (ImageReference name : bundle.names()) {
      Map<String, String> annotations = new LinkedHashMap<>();
      annotations.put(IMAGE_NAME, name.toString());
      annotations.putAll(common);
      annotations.put(REF_NAME, name.tagOrDigest());
      entries.add(top.descriptor().withAnnotations(annotations));
    }
  }

  /** An artifact's config may be anything, and old archives have no place for it. */
  private static boolean isImage(Outgoing one) {
    return Manifest.parse(one.manifestBytes()).isImage();
  }

  private void addDocker(Outgoing image, List<ImageReference> names) {
    List<String> tags = new ArrayList<>();
    for (ImageReference name : names) {
      if (name.tag().isEmpty()) {
        continue;
      }
      tags.add(name.familiar());
      if (!image.layers().isEmpty()) {
        repositories
            .computeIfAbsent(name.familiarName(), _ -> new LinkedHashMap<>())
            .put(name.tag().get(), image.layers().getLast().descriptor().digest().hex());
      }
    }
    dockerImages.add(
        Json.obj()
            .with("Config", Layout.path(image.config()))
            .with("RepoTags", Json.texts(tags))
            .with("Layers", Json.texts(image.layers().stream().map(Layout::path).toList())));
  }

  private void finish() throws IOException {
    if (docker) {
      layout.file("manifest.json", new Json.Arr(dockerImages).bytes());
      Json.Obj names = Json.obj();
      for (var repository : repositories.entrySet()) {
        names = names.with(repository.getKey(), Json.textMap(repository.getValue()));
      }
      layout.file("repositories", names.bytes());
    }
    layout.file(
        "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
    layout.file("index.json", index().toJson().bytes());
    layout.finish();
  }

  /** With what other builds left in the folder under other names. */
  private ImageIndex index() throws IOException {
    List<Descriptor> all = new ArrayList<>();
    Optional<byte[]> before = layout.existing("index.json");
    if (before.isPresent()) {
      try {
        all.addAll(ImageIndex.parse(before.get()).manifests());
      } catch (JsonException e) {
        throw new IOException("the folder has an index.json that is no image index: " + e, e);
      }
    }
    for (Descriptor entry : entries) {
      all.removeIf(old -> isSame(old, entry));
      all.add(entry);
    }
    return ImageIndex.of(all);
  }

  private static boolean isSame(Descriptor old, Descriptor entry) {
    String name = entry.annotations().getOrDefault(IMAGE_NAME, "");
    String ref = entry.annotations().getOrDefault(REF_NAME, "");
    if (name.isEmpty() && !ref.isEmpty()) {
      return !old.annotations().containsKey(IMAGE_NAME)
          && old.annotations().getOrDefault(REF_NAME, "").equals(ref);
    }
    return name.isEmpty()
        ? old.digest().equals(entry.digest()) && !old.annotations().containsKey(REF_NAME)
        : old.annotations().getOrDefault(IMAGE_NAME, "").equals(name);
  }
}
