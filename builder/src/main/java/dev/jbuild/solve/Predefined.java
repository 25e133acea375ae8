package dev.jbuild.solve;

import dev.jbuild.oci.Platform;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Arguments that need no ARG (Dockerfile reference, "Predefined ARGs"). */
final class Predefined {
  private static final Set<String> PROXIES =
      Set.of("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

  private Predefined() {}

  static boolean isProxy(String name) {
    return PROXIES.contains(name.toUpperCase(Locale.ROOT));
  }

  /** Arguments of the builder that no program sees. */
  static boolean isForScannersOnly(String name) {
    return name.equals("BUILDKIT_SBOM_SCAN_CONTEXT") || name.equals("BUILDKIT_SBOM_SCAN_STAGE");
  }

  /** {@code TARGETPLATFORM} and its kin, which a stage imports by a bare ARG. */
  static Map<String, String> platforms(Platform target, String stageName) {
    Map<String, String> values = new LinkedHashMap<>();
    add(values, "TARGET", target);
    add(values, "BUILD", Platform.host());
    values.put("TARGETSTAGE", stageName);
    return values;
  }

  private static void add(Map<String, String> values, String prefix, Platform platform) {
    values.put(prefix + "PLATFORM", platform.toString());
    values.put(prefix + "OS", platform.os());
    values.put(prefix + "ARCH", platform.architecture());
    values.put(prefix + "VARIANT", platform.variant());
    values.put(prefix + "OSVERSION", "");
  }
}
