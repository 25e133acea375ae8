package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.distribution.RegistryServer;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistrySettings;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Serves a registry until it is interrupted. */
final class RegistryServeVerb implements Verb {
  private static final String USUAL = "127.0.0.1:5000";

  /** What Docker Hub is called beside its name. */
  private static final Set<String> HUB =
      Set.of("registry-1.docker.io", "index.docker.io", "hub.docker.com");

  @Override
  public Syntax syntax() {
    return new Syntax("registry serve", "", "Serve a registry of one's own")
        .value("--addr", "host:port", "Where to listen (default " + USUAL + "); port 0: any")
        .value("--root", "folder", "Where images are kept (default: registry in the store)")
        .value("--tls-cert", "file", "Certificate for HTTPS, PEM")
        .value("--tls-key", "file", "Its key, PEM")
        .value("--htpasswd", "file", "Only these users, with bcrypt passwords: htpasswd -B")
        .flag("--read-only", "Refuse everything that changes something")
        .value("--proxy", "url", "Be a cache of another registry")
        .value(
            "--cache-max-size", "bytes", "With --proxy: drop what was unused longest beyond this")
        .flag("-q --quiet", "Do not print requests")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Path root = root(arguments, session);
    RegistryServer.Options options = options(arguments, session);
    RegistrySettings settings = RegistrySettings.load(session.environment());
    Optional<URI> proxied = arguments.value("--proxy").map(RegistryServeVerb::upstream);
    if (proxied.isPresent()) {
      settings = settings.directly(host(proxied.get()), proxied.get().getScheme().equals("http"));
    }
    RegistryClient upstream = RegistryClient.open(settings);
    try (RegistryServer server = RegistryServer.start(Store.open(root), options, upstream)) {
      String host = arguments.value("--addr").orElse(USUAL);
      session
          .out()
          .println(
              "Serving "
                  + (options.tls().isPresent() ? "https://" : "http://")
                  + host.substring(0, host.lastIndexOf(':') + 1)
                  + server.address().getPort()
                  + " from "
                  + root);
      session.out().flush();
      // until ^C, which interrupts this thread
      new CountDownLatch(1).await();
    } catch (InterruptedException _) {
      return 0;
    } catch (java.net.BindException e) {
      throw new CommandException(
          "cannot listen on " + arguments.value("--addr").orElse(USUAL) + ": " + e.getMessage(), 1);
    }
    return 0;
  }

  static Path root(Arguments arguments, Session session) {
    return arguments
        .value("--root")
        .map(Path::of)
        .orElseGet(() -> session.parts().root().resolve("registry"))
        .toAbsolutePath();
  }

  private static RegistryServer.Options options(Arguments arguments, Session session)
      throws IOException {
    Optional<String> certificate = arguments.value("--tls-cert");
    Optional<String> key = arguments.value("--tls-key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new UsageException("--tls-cert and --tls-key belong together");
    }
    boolean quiet = arguments.flag("--quiet");
    return new RegistryServer.Options(
        address(arguments.value("--addr").orElse(USUAL)),
        certificate.map(c -> new RegistryServer.Tls(Path.of(c), Path.of(key.orElse("")))),
        arguments.value("--htpasswd").map(Path::of),
        arguments.flag("--read-only"),
        proxied(arguments),
        line -> {
          if (!quiet) {
            session.err().println(line);
          }
        });
  }

  private static Optional<RegistryServer.Proxied> proxied(Arguments arguments) {
    Optional<Long> limit =
        arguments
            .value("--cache-max-size")
            .map(text ->
                Sizes.parse(text)
                    .orElseThrow(
                        () -> new UsageException("invalid size for --cache-max-size: " + text)));
    Optional<String> url = arguments.value("--proxy");
    if (limit.isPresent() && url.isEmpty()) {
      throw new UsageException(
          "--cache-max-size is for a cache of another registry, with --proxy; 'jbuild registry gc' takes what a registry of its own does not need");
    }
    return url.map(text -> new RegistryServer.Proxied(host(upstream(text)), limit));
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = colon <= 0 ? "0.0.0.0" : text.substring(0, colon);
      return new InetSocketAddress(host, port);
    } catch (IllegalArgumentException _) {
      throw new UsageException("invalid address for --addr: " + text + ": write host:port");
    }
  }

  private static URI upstream(String text) {
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "https://" + text);
    } catch (IllegalArgumentException _) {
      throw new UsageException(
          "invalid address for --proxy: " + text + ": write https://host[:port]");
    }
    if (uri.getRawUserInfo() != null) {
      throw new UsageException(
          "credentials do not belong on a command line, where everybody can read them: run 'jbuild login "
              + host(uri)
              + "' as the user who serves");
    }
    boolean deep = uri.getPath() != null && !uri.getPath().isEmpty() && !uri.getPath().equals("/");
    if (uri.getHost() == null || deep || !Set.of("http", "https").contains(uri.getScheme())) {
      throw new UsageException(
          "invalid address for --proxy: " + text + ": write https://host[:port]");
    }
    return uri;
  }

  /** Host and port as images' names have them. */
  private static String host(URI uri) {
    String host = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    return HUB.contains(host) ? ImageReference.DEFAULT_REGISTRY : host;
  }
}
