package dev.jbuild.fetch;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Locale;
import java.util.Map;

/** {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, in either case. */
final class EnvironmentProxies {
  private final Map<String, String> environment;

  EnvironmentProxies(Map<String, String> environment) {
    this.environment = environment;
  }

  Proxy of(URI uri) {
    boolean https = "https".equalsIgnoreCase(uri.getScheme());
    String named = either(https ? "HTTPS_PROXY" : "HTTP_PROXY");
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    if (named.isEmpty() || isDirect(host)) {
      return Proxy.NO_PROXY;
    }
    URI proxy = URI.create(named.contains("://") ? named : "http://" + named);
    return new Proxy(
        Proxy.Type.HTTP,
        InetSocketAddress.createUnresolved(
            proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort()));
  }

  private boolean isDirect(String host) {
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
      return true;
    }
    for (String rule : either("NO_PROXY").toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      String domain = rule.startsWith(".") ? rule.substring(1) : rule;
      if (!rule.isEmpty()
          && (rule.equals("*") || host.equals(domain) || host.endsWith("." + domain))) {
        return true;
      }
    }
    return false;
  }

  private String either(String name) {
    String upper = environment.getOrDefault(name, "");
    return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
  }
}
