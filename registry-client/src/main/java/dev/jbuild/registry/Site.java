package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;
import java.util.Locale;

/**
 * Where a registry or a mirror of one is reached.
 *
 * @param host with its port, where one is named
 * @param account the name under which credentials are kept
 * @param prefix stands before every repository, with a slash at its end; empty as a rule
 */
record Site(Scheme scheme, String host, String account, String prefix, boolean mirror) {
  /** Docker Hub's name is not its address. */
  private static final String HUB = "registry-1.docker.io";

  /** How a site is spoken to; {@link #ANY} is found out by asking. */
  enum Scheme {
    HTTP,
    HTTPS,
    ANY
  }

  /** The registry itself. */
  static Site origin(String registry) {
    boolean hub = registry.equals(ImageReference.DEFAULT_REGISTRY);
    return new Site(Scheme.ANY, hub ? HUB : registry, registry, "", false);
  }

  /** The repository as this site calls it. */
  String repository(ImageReference reference) {
    return prefix + reference.repository();
  }

  static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  /** Names and addresses that do not leave the machine; no name is looked up. */
  static boolean isLoopback(String host) {
    String name = withoutPort(host).toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.equals("[::1]")
        || (name.startsWith("127.")
            && name.chars().allMatch(c -> c == '.' || Character.isDigit(c)));
  }

  @Override
  public String toString() {
    return prefix.isEmpty() ? host : host + "/" + prefix.substring(0, prefix.length() - 1);
  }
}
