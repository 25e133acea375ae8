package dev.jbuild.engine.archive;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How layers are packed that are not packed yet.
 *
 * @param level of the compression
 * @param force pack anew what came packed in another way
 * @param types which media types manifests and layers shall have
 */
public record Packing(Kind kind, int level, boolean force, Types types) {
  /** As BuildKit packs: gzip, and what came packed stays as it is. */
  public static final Packing USUAL = new Packing(Kind.GZIP, 6, false, Types.AS_THEY_ARE);

  /** For archives that stay on one machine: nothing is compressed that is not compressed yet. */
  public static final Packing PLAIN = new Packing(Kind.NONE, 0, false, Types.AS_THEY_ARE);

  /** The compressions that registries know. */
  public enum Kind {
    NONE,
    GZIP,
    ZSTD;

    /** What a layer of this media type is compressed with. */
    static Kind of(String mediaType) {
      if (mediaType.endsWith("gzip")) {
        return GZIP;
      }
      return mediaType.endsWith("zstd") ? ZSTD : NONE;
    }

    int usualLevel() {
      return switch (this) {
        case NONE -> 0;
        case GZIP -> 6;
        case ZSTD -> 3;
      };
    }

    private int highestLevel() {
      return this == ZSTD ? 22 : 9;
    }
  }

  /** Media types: OCI's, Docker's, or whatever the image has. */
  public enum Types {
    AS_THEY_ARE,
    OCI,
    DOCKER
  }

  /**
   * Reads the fields of an output: {@code compression}, {@code compression-level}, {@code
   * force-compression}, {@code oci-mediatypes}.
   *
   * @param docker whether media types are Docker's where nothing is said
   * @throws IllegalArgumentException when a value makes no sense
   */
  public static Packing of(Map<String, String> fields, boolean docker) {
    Kind kind = kind(fields.getOrDefault("compression", "gzip"));
    int level =
        Optional.ofNullable(fields.get("compression-level"))
            .map(text -> level(kind, text))
            .orElse(kind.usualLevel());
    String types = fields.getOrDefault("oci-mediatypes", docker ? "false" : "");
    return new Packing(
        kind,
        level,
        isTrue("force-compression", fields.getOrDefault("force-compression", "false")),
        types.isEmpty()
            ? Types.AS_THEY_ARE
            : isTrue("oci-mediatypes", types) ? Types.OCI : Types.DOCKER);
  }

  private static Kind kind(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "gzip" -> Kind.GZIP;
      case "zstd" -> Kind.ZSTD;
      case "uncompressed" -> Kind.NONE;
      default ->
          throw new IllegalArgumentException(
              "unsupported compression type " + text + ": there are gzip, zstd and uncompressed");
    };
  }

  private static int level(Kind kind, String text) {
    try {
      int level = Integer.parseInt(text);
      // As in BuildKit, more than the most is the most.
      return Math.max(kind == Kind.ZSTD ? 1 : 0, Math.min(level, kind.highestLevel()));
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("compression-level is no number: " + text);
    }
  }

  /** A flag of an output, written as Go's {@code strconv.ParseBool} reads it. */
  public static boolean isTrue(String name, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "t" -> true;
      case "false", "0", "f" -> false;
      default -> throw new IllegalArgumentException(name + " is true or false, not " + text);
    };
  }
}
