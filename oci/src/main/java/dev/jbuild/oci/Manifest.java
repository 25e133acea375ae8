package dev.jbuild.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The manifest of one image: its config and its layers from the bottom up (image-spec,
 * manifest.md).
 *
 * <p>What was pulled is stored and pushed as the bytes that came; this view never replaces them.
 */
public record Manifest(
    String mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
  public Manifest {
    layers = List.copyOf(layers);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
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
