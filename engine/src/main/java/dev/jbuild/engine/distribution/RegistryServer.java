package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Digest;
import dev.jbuild.registry.ClientKeys;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A registry as the OCI distribution specification 1.1 has it, over a store's blobs: pull, push in
 * one piece or in chunks, mounts, tags with paging, referrers, deletion; and a cache of another
 * registry.
 */
public final class RegistryServer implements AutoCloseable {
  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  private static final int LONGEST_NAME = 255;

  /** Longer than a push takes from its first blob to the manifest. */
  private static final Duration GRACE = Duration.ofDays(1);

  private static final Duration PAUSE = Duration.ofHours(1);
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final Options options;
  private final Lease lease;
  private final Optional<RegistryClient> client;
  private final Optional<Htpasswd> htpasswd;
  private final Repositories repositories;
  private final BlobRoutes blobs;
  private final ManifestRoutes manifests;
  private final Store store;
  private final Thread tidy = Thread.ofVirtual().unstarted(this::tidy);
  private Optional<HttpServer> server = Optional.empty();

  /**
   * How to serve.
   *
   * @param tls certificate and key, PEM
   * @param readOnly whether everything that changes something is refused
   * @param proxied the registry that this one is a cache of
   * @param log hears of each request when it has been answered
   */
  public record Options(
      InetSocketAddress address,
      Optional<Tls> tls,
      Optional<Path> htpasswd,
      boolean readOnly,
      Optional<Proxied> proxied,
      Consumer<String> log) {}

  /**
   * Another registry.
   *
   * @param host with its port
   * @param limit bytes of its blobs that are kept, if not all
   */
  public record Proxied(String host, Optional<Long> limit) {}

  /** A certificate, with those that signed it, and its key. */
  public record Tls(Path certificate, Path key) {}

  private RegistryServer(Store store, Options options, RegistryClient remote) throws IOException {
    this.options = options;
    this.store = store;
    // No collector may take what belongs to repositories only.
    this.lease = store.lease();
    this.htpasswd =
        options.htpasswd().isPresent()
            ? Optional.of(new Htpasswd(options.htpasswd().get()))
            : Optional.empty();
    this.repositories = new Repositories(store);
    this.client = options.proxied().map(_ -> remote);
    Optional<Upstream> upstream =
        options
            .proxied()
            .map(one ->
                new Upstream(
                    one.host(),
                    remote,
                    store,
                    one.limit().map(limit -> new CacheLimit(store, repositories, limit))));
    this.blobs = new BlobRoutes(store, repositories, upstream);
    this.manifests = new ManifestRoutes(store, repositories, upstream);
  }

  /**
   * Begins to serve.
   *
   * @param store of which nothing but this registry is kept
   * @param remote reaches the upstream, if there is one; closed with the server
   */
  public static RegistryServer start(Store store, Options options, RegistryClient remote)
      throws IOException {
    Optional<SSLContext> tls =
        options.tls().isPresent() ? Optional.of(context(options.tls().get())) : Optional.empty();
    RegistryServer registry = new RegistryServer(store, options, remote);
    try {
      if (!options.readOnly()) {
        registry.tidy.start();
      }
      registry.server = Optional.of(HttpServer.start(options.address(), tls, registry::serve));
    } catch (IOException e) {
      registry.close();
      throw e;
    }
    return registry;
  }

  private static SSLContext context(Tls tls) throws IOException {
    try (InputStream in = Files.newInputStream(tls.certificate())) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          ClientKeys.of(
              CertificateFactory.getInstance("X.509").generateCertificates(in), tls.key()),
          null,
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "cannot use the certificate " + tls.certificate() + ": " + e.getMessage(), e);
    }
  }

  private void tidy() {
    try {
      // Not while what began the server waits for its first answers.
      Thread.sleep(Duration.ofMinutes(1));
      while (true) {
        collect();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      // the server ends
    }
  }

  private void collect() {
    try {
      RegistryCollector.Taken taken =
          RegistryCollector.collect(
              store, new RegistryCollector.Rules(Instant.now().minus(GRACE), false, false));
      if (taken.blobs() > 0) {
        options
            .log()
            .accept(
                "collected %d blobs of %d bytes that no manifest needs"
                    .formatted(taken.blobs(), taken.bytes()));
      }
    } catch (IOException | RuntimeException e) {
      options.log().accept("not collected: " + e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.orElseThrow().address();
  }

  static boolean isName(String name) {
    return name.length() <= LONGEST_NAME && NAME.matcher(name).matches();
  }

  private void serve(HttpExchange exchange) {
    try {
      Visit visit = new Visit(exchange);
      try {
        visit.with("Docker-Distribution-Api-Version", "registry/2.0");
        route(visit);
      } catch (Refusal e) {
        refuse(visit, e);
      } catch (IOException | RuntimeException e) {
        options.log().accept(visit.method() + " " + visit.path() + ": " + e);
        if (visit.status() == 0) {
          // files of this machine are nothing for a client
          refuse(visit, new Refusal(500, "UNKNOWN", "the registry failed; its log says why"));
        }
      }
      options
          .log()
          .accept(
              visit.remote() + " " + visit.method() + " " + visit.path() + " " + visit.status());
    } catch (IOException _) {
      // the visitor has gone
    }
  }

  private static void refuse(Visit visit, Refusal refusal) throws IOException {
    if (visit.status() == 0) {
      visit.answer(refusal.status(), "application/json", refusal.body());
    }
  }

  private void route(Visit visit) throws IOException {
    if (htpasswd.isPresent() && !htpasswd.get().admits(visit.header("Authorization"))) {
      visit.with("WWW-Authenticate", "Basic realm=\"jbuild registry\", charset=\"UTF-8\"");
      throw new Refusal(401, "UNAUTHORIZED", "authentication required");
    }
    if ((options.readOnly() || options.proxied().isPresent())
        && !READING.contains(visit.method())) {
      throw new Refusal(
          405,
          "UNSUPPORTED",
          options.readOnly() ? "this registry is read-only" : "this registry is only a cache");
    }
    String path = visit.path();
    if (path.equals("/v2/") || path.equals("/v2")) {
      visit.answer(200, "application/json", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } else if (path.equals("/v2/_catalog")) {
      manifests.catalog(visit);
    } else if (path.startsWith("/v2/")) {
      repository(visit, path.substring("/v2/".length()));
    } else {
      throw new Refusal(404, "UNSUPPORTED", "nothing is here; registries begin with /v2/");
    }
  }

  /** {@code NAME/KIND/REFERENCE}; names may have slashes, and kinds are no part of a name's end. */
  private void repository(Visit visit, String path) throws IOException {
    String rest = path.endsWith("/blobs/uploads/") ? path + "-" : path;
    int last = rest.lastIndexOf('/');
    int before = last < 0 ? -1 : rest.lastIndexOf('/', last - 1);
    if (before <= 0) {
      throw new Refusal(404, "NAME_INVALID", "not a path of a registry: " + path);
    }
    String kind = rest.substring(before + 1, last);
    String reference = rest.substring(last + 1);
    if (kind.equals("uploads") && rest.startsWith("/blobs", before - "/blobs".length())) {
      before -= "/blobs".length();
    }
    String name = rest.substring(0, before);
    if (!isName(name)) {
      throw new Refusal(400, "NAME_INVALID", "invalid repository name: " + name);
    }
    Repositories.Repository repository = repositories.of(name);
    switch (kind) {
      case "blobs" -> {
        if (reference.equals("uploads")) {
          blobs.begin(visit, repository);
        } else {
          blobs.blob(visit, repository, Visit.digestOf(reference));
        }
      }
      case "uploads" -> {
        if (reference.equals("-")) {
          blobs.begin(visit, repository);
        } else {
          blobs.upload(visit, repository, reference);
        }
      }
      case "manifests" -> manifests.manifest(visit, repository, reference);
      case "referrers" -> manifests.referrers(visit, repository, digest(reference));
      case "tags" -> {
        if (!reference.equals("list")) {
          throw new Refusal(404, "UNSUPPORTED", "not a path of a registry: " + path);
        }
        manifests.tags(visit, repository);
      }
      default -> throw new Refusal(404, "UNSUPPORTED", "not a path of a registry: " + path);
    }
  }

  private static Digest digest(String text) {
    return Visit.digestOf(text);
  }

  @Override
  public void close() {
    server.ifPresent(HttpServer::close);
    tidy.interrupt();
    client.ifPresent(RegistryClient::close);
    lease.close();
  }
}
