package dev.jbuild.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Points at content by type, digest and size (image-spec, descriptor.md).
 *
 * @param size in bytes
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    Map<String, String> annotations) {
  public Descriptor {
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  // Not a record's own, which spin classes at their first use (docs/adr/0010).
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Descriptor that
        && digest.equals(that.digest)
        && size == that.size
        && mediaType.equals(that.mediaType)
        && platform.equals(that.platform)
        && annotations.equals(that.annotations);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  /** A descriptor with neither platform nor annotations. */
  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, Optional.empty(), Map.of());
  }

  /** The same content, said to be for a platform. */
  public Descriptor withPlatform(Platform wanted) {
    return new Descriptor(mediaType, digest, size, Optional.of(wanted), annotations);
  }

  /** The same content with other annotations. */
  public Descriptor withAnnotations(Map<String, String> other) {
    return new Descriptor(mediaType, digest, size, platform, other);
  }

  public Json.Obj toJson() {
    Json.Obj json =
        Json.obj()
            .with("mediaType", mediaType)
            .with("digest", digest.toString())
            .with("size", size);
    if (platform.isPresent()) {
      json = json.with("platform", platform.get().toJson());
    }
    return annotations.isEmpty() ? json : json.with("annotations", Json.textMap(annotations));
  }

  /**
   * Reads a descriptor.
   *
   * @throws JsonException when a required field is missing or malformed
   */
  public static Descriptor fromJson(Json.Obj json) {
    String digest =
        json.text("digest").orElseThrow(() -> new JsonException("descriptor without digest"));
    if (!Digest.isDigest(digest)) {
      throw new JsonException("descriptor with a malformed digest: " + digest);
    }
    long size = json.number("size").orElseThrow(() -> new JsonException("descriptor without size"));
    if (size < 0) {
      throw new JsonException("descriptor with a negative size: " + size);
    }
    return new Descriptor(
        json.text("mediaType").orElse(""),
        Digest.parse(digest),
        size,
        json.get("platform").isPresent()
            ? Optional.of(Platform.fromJson(json.object("platform")))
            : Optional.empty(),
        json.textMap("annotations"));
  }
}
