package dev.jbuild.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests by platform (image-spec, image-index.md). */
public record ImageIndex(
    String mediaType, List<Descriptor> manifests, Map<String, String> annotations) {
  public ImageIndex {
    manifests = List.copyOf(manifests);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  /** An OCI index without annotations. */
  public static ImageIndex of(List<Descriptor> manifests) {
    return new ImageIndex(MediaTypes.OCI_INDEX, manifests, Map.of());
  }

  /** The manifest for a platform: an exact match first, else the first acceptable one. */
  public Optional<Descriptor> select(Platform wanted) {
    List<Descriptor> fitting =
        manifests.stream()
            .filter(m -> m.platform().map(wanted::accepts).orElse(false))
            .filter(m -> !m.annotations().containsKey("vnd.docker.reference.type"))
            .toList();
    return fitting.stream()
        .filter(m -> m.platform().map(wanted::equals).orElse(false))
        .findFirst()
        .or(() -> fitting.stream().findFirst());
  }

  /** Whether no entry says what it is for. */
  public boolean isForNoPlatform() {
    return manifests.stream().allMatch(m -> m.platform().isEmpty());
  }

  /** The same; of artifacts, which are for no platform, the first. */
  public Optional<Descriptor> selectAny(Platform wanted) {
    Optional<Descriptor> fitting = select(wanted);
    return fitting.isEmpty() && isForNoPlatform() ? manifests.stream().findFirst() : fitting;
  }

  public Json.Obj toJson() {
    Json.Obj json =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", mediaType)
            .with(
                "manifests",
                new Json.Arr(manifests.stream().<Json>map(Descriptor::toJson).toList()));
    return annotations.isEmpty() ? json : json.with("annotations", Json.textMap(annotations));
  }

  /**
   * Reads an index.
   *
   * @throws JsonException when it is none
   */
  public static ImageIndex parse(byte[] bytes) {
    Json.Obj json = Json.parseObject(bytes);
    if (json.get("manifests").isEmpty()) {
      throw new JsonException("not an image index");
    }
    return new ImageIndex(
        json.text("mediaType").orElse(MediaTypes.OCI_INDEX),
        json.objects("manifests").stream().map(Descriptor::fromJson).toList(),
        json.textMap("annotations"));
  }
}
