package dev.jbuild.oci;

import java.util.Locale;

/**
 * What an image runs on: os, architecture and variant (image-spec, image-index.md, platform).
 *
 * @param variant empty where the architecture has none, e.g. {@code v7} for arm
 */
public record Platform(String os, String architecture, String variant)
    implements Comparable<Platform> {

  /** Of what runs nowhere, as BuildKit writes it. */
  public static final Platform UNKNOWN = new Platform("unknown", "unknown", "");

  /** Reads {@code os/arch[/variant]}, or only an architecture; common aliases are normalized. */
  public static Platform parse(String text) {
    String[] parts = text.strip().toLowerCase(Locale.ROOT).split("/", -1);
    if (parts.length > 3 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw new IllegalArgumentException(
          "not a platform (os/arch[/variant], e.g. linux/amd64): " + text);
    }
    if (parts.length == 1) {
      return isOs(parts[0])
          ? of(parts[0], host().architecture(), host().variant())
          : of("linux", parts[0], "");
    }
    return of(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
  }

  /** A platform with the architecture's usual name: {@code x86_64} becomes {@code amd64}. */
  public static Platform of(String os, String architecture, String variant) {
    return switch (architecture) {
      case "x86_64", "x86-64" -> new Platform(os, "amd64", variant);
      case "aarch64" -> new Platform(os, "arm64", variant.equals("v8") ? "" : variant);
      case "arm64" -> new Platform(os, "arm64", variant.equals("v8") ? "" : variant);
      case "armhf" -> new Platform(os, "arm", "v7");
      case "armel" -> new Platform(os, "arm", "v6");
      case "arm" -> new Platform(os, "arm", variant.isEmpty() ? "v7" : variant);
      case "i386", "i686" -> new Platform(os, "386", variant);
      default -> new Platform(os, architecture, variant);
    };
  }

  /** The platform of this machine. */
  public static Platform host() {
    return of("linux", System.getProperty("os.arch", "amd64"), "");
  }

  /** Tells whether an image for {@code offered} serves where this platform is wanted. */
  public boolean accepts(Platform offered) {
    Platform normal = of(offered.os, offered.architecture, offered.variant);
    return os.equals(normal.os)
        && architecture.equals(normal.architecture)
        && (variant.isEmpty() || normal.variant.isEmpty() || variant.equals(normal.variant));
  }

  @Override
  public int compareTo(Platform other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }

  Json.Obj toJson() {
    Json.Obj json = Json.obj().with("architecture", architecture).with("os", os);
    return variant.isEmpty() ? json : json.with("variant", variant);
  }

  static Platform fromJson(Json.Obj json) {
    return new Platform(
        json.text("os").orElse(""),
        json.text("architecture").orElse(""),
        json.text("variant").orElse(""));
  }

  private static boolean isOs(String word) {
    return word.equals("linux") || word.equals("windows") || word.equals("darwin");
  }
}
