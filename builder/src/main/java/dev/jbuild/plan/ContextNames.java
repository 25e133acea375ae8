package dev.jbuild.plan;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Named contexts by what a Dockerfile calls them: {@code --build-context alpine=…} stands for
 * {@code alpine}, {@code alpine:latest} and {@code docker.io/library/alpine}.
 */
public final class ContextNames {
  private final Map<String, String> byName = new LinkedHashMap<>();

  /** Keeps what was given; names that are no references are kept as they are. */
  public ContextNames(Map<String, String> given) {
    given.forEach((name, value) -> byName.put(normal(name), value));
  }

  /** What stands for a name, for a platform where one is given for that alone. */
  public Optional<String> find(String name, Platform platform) {
    String normal = normal(name);
    if (isReserved(normal)) {
      return Optional.empty();
    }
    String special = byName.get(normal + "::" + platform);
    return Optional.ofNullable(special != null ? special : byName.get(normal));
  }

  /** {@code scratch} and {@code context} mean what they always mean. */
  private static boolean isReserved(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("scratch") || lower.equals("context");
  }

  private static String normal(String name) {
    String plain = name;
    String suffix = "";
    int platform = name.indexOf("::");
    if (platform >= 0) {
      plain = name.substring(0, platform);
      suffix = name.substring(platform);
    }
    try {
      String familiar = ImageReference.parse(plain).familiar();
      return (familiar.endsWith(":latest")
              ? familiar.substring(0, familiar.length() - ":latest".length())
              : familiar)
          + suffix;
    } catch (IllegalArgumentException _) {
      return name;
    }
  }
}
