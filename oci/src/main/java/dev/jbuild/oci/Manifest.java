package dev.jbuild.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The manifest of one image: its config and its layers from the bottom up (image-spec,
 * manifest.md).
 *
 * <p>What was pulled is stored and pushed as the bytes that came; this view never replaces them.
 */
public record Manifest(
    String mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
  /** What old registries and tools wrote for an image's config, as docker takes it too. */
  private static final Set<String> VAGUE =
      Set.of("", "application/octet-stream", "application/json", "text/html");

  public Manifest {
    layers = List.copyOf(layers);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  /**
   * Whether this is an image, which can be unpacked; else it is an artifact (image-spec,
   * manifest.md, Guidelines for Artifact Usage): signatures, charts, what an image holds or how it
   * was built.
   */
  public boolean isImage() {
    for (Descriptor layer : layers) {
      if (!MediaTypes.isLayer(layer.mediaType())) {
        return false;
      }
    }
    String type = config.mediaType();
    return MediaTypes.isImageConfig(type) || !layers.isEmpty() && VAGUE.contains(type);
  }

  public Json.Obj toJson() {
    Json.Obj json =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", mediaType)
            .with("config", config.toJson())
            .with("layers", new Json.Arr(layers.stream().<Json>map(Descriptor::toJson).toList()));
    return annotations.isEmpty() ? json : json.with("annotations", Json.textMap(annotations));
  }

  /**
   * Reads a manifest.
   *
   * @throws JsonException when it is no image manifest of schema 2
   */
  public static Manifest parse(byte[] bytes) {
    Json.Obj json = Json.parseObject(bytes);
    if (json.number("schemaVersion").orElse(0L) != 2 || json.get("config").isEmpty()) {
      throw new JsonException("not an image manifest of schema version 2");
    }
    return new Manifest(
        json.text("mediaType").orElse(MediaTypes.OCI_MANIFEST),
        Descriptor.fromJson(json.object("config")),
        json.objects("layers").stream().map(Descriptor::fromJson).toList(),
        json.textMap("annotations"));
  }
}
