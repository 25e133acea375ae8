package dev.jbuild.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} as everybody reads them, in upper or
 * lower case. Loopback is never proxied.
 */
final class Proxies extends ProxySelector {
  /** Without this the JDK drops the credentials of a proxy on the way to HTTPS servers. */
  private static final String DISABLED = "jdk.http.auth.tunneling.disabledSchemes";

  private final Optional<URI> http;
  private final Optional<URI> https;
  private final List<String> direct;

  Proxies(RegistrySettings settings) {
    this.http = proxy(settings, "HTTP_PROXY");
    this.https = proxy(settings, "HTTPS_PROXY");
    this.direct =
        either(settings, "NO_PROXY")
            .map(t -> Arrays.stream(t.split("[,\\s]+")).filter(s -> !s.isEmpty()).toList())
            .orElse(List.of());
    if (https.filter(p -> p.getRawUserInfo() != null).isPresent()
        && System.getProperty(DISABLED) == null) {
      System.setProperty(DISABLED, "");
    }
  }

  @Override
  public List<Proxy> select(URI uri) {
    return proxyOf(uri)
        .map(p ->
            new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(
                    p.getHost(), p.getPort() < 0 ? 80 : p.getPort())))
        .map(List::of)
        .orElse(List.of(Proxy.NO_PROXY));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself fails, and says so.
  }

  /** What the proxy on the way to a URL is told, if one is and it wants credentials. */
  Optional<String> credentials(URI uri) {
    return proxyOf(uri)
        .flatMap(p -> Optional.ofNullable(p.getRawUserInfo()))
        .map(i -> URLDecoder.decode(i.replace("+", "%2B"), StandardCharsets.UTF_8))
        .map(
            i -> "Basic " + Base64.getEncoder().encodeToString(i.getBytes(StandardCharsets.UTF_8)));
  }

  private Optional<URI> proxyOf(URI uri) {
    String host = Call.hostOf(uri);
    if (Site.isLoopback(host) || direct.stream().anyMatch(rule -> covers(rule, host))) {
      return Optional.empty();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
  }

  /** A rule is {@code *}, a host, a domain with everything below it, or an address/bits range. */
  private static boolean covers(String rule, String host) {
    String name = Site.withoutPort(host).toLowerCase(Locale.ROOT);
    String wanted = rule.toLowerCase(Locale.ROOT);
    if (wanted.equals("*") || wanted.equals(host.toLowerCase(Locale.ROOT))) {
      return true;
    }
    int slash = wanted.indexOf('/');
    if (slash > 0) {
      return inRange(wanted.substring(0, slash), wanted.substring(slash + 1), name);
    }
    String domain = wanted.startsWith("*.") ? wanted.substring(1) : wanted;
    return domain.startsWith(".")
        ? name.endsWith(domain)
        : name.equals(domain) || name.endsWith("." + domain);
  }

  /** IPv4 ranges; a range of IPv6 addresses has to be written as hosts. */
  private static boolean inRange(String network, String bits, String host) {
    long mask;
    try {
      mask = -1L << (32 - Integer.parseInt(bits));
    } catch (NumberFormatException _) {
      return false;
    }
    long base = address(network);
    long wanted = address(host);
    return base >= 0 && wanted >= 0 && (base & mask) == (wanted & mask);
  }

  /** The number of a dotted IPv4 address, or -1. */
  private static long address(String text) {
    String[] parts = text.split("\\.", -1);
    long address = 0;
    for (String part : parts) {
      if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
        return -1;
      }
      address = address << 8 | Integer.parseInt(part);
    }
    return parts.length == 4 ? address : -1;
  }

  private static Optional<URI> proxy(RegistrySettings settings, String name) {
    return either(settings, name)
        .map(text -> {
          try {
            URI uri = new URI(text.contains("://") ? text : "http://" + text);
            if (uri.getHost() != null && "http".equalsIgnoreCase(uri.getScheme())) {
              return uri;
            }
          } catch (java.net.URISyntaxException _) {
            // Said below, without the text, which may hold a password.
          }
          throw new RegistryException(
              name + " is no proxy that can be used; write http://[USER:PASSWORD@]HOST:PORT");
        });
  }

  private static Optional<String> either(RegistrySettings settings, String name) {
    return settings.env(name).or(() -> settings.env(name.toLowerCase(Locale.ROOT)));
  }
}
