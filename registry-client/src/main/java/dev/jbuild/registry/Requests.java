package dev.jbuild.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sends requests as somebody, follows redirects, and asks again where that helps.
 *
 * <p>Redirects are followed here and not by the HTTP client, because credentials are for the host
 * that asked for them: on the way to another one they are dropped, and do not come back.
 */
final class Requests implements AutoCloseable {
  private static final int REDIRECTS = 10;

  private final RegistrySettings settings;
  private final Wire wire;
  private final Auth auth;
  private final Map<String, String> schemes = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  /** Makes something of an answer; what breaks while it reads is tried again. */
  interface Reader<T> {
    T read(Reply reply) throws IOException;
  }

  Requests(RegistrySettings settings, Credentials credentials) {
    this.settings = settings;
    this.wire = new Wire(settings);
    this.auth = new Auth(settings, credentials, this);
  }

  RegistrySettings settings() {
    return settings;
  }

  /** Tells whether a site has not answered at all, so that others had better be asked. */
  boolean isSilent(Site site) {
    return silent.contains(site.host());
  }

  /** The URL of something at a site; finds out first how the site is spoken to. */
  URI url(Site site, String path) {
    return URI.create(base(site) + "/v2/" + path);
  }

  @Override
  public void close() {
    wire.close();
  }

  /** Sends a request until it gets an answer that stays, and reads that. */
  <T> T exchange(Site site, Call call, Reader<T> reader) {
    return exchange(site, () -> call, () -> 0, reader);
  }

  /**
   * The same for a request that differs from try to try.
   *
   * @param mark grows with every progress, after which failures count anew
   */
  <T> T exchange(Site site, Supplier<Call> calls, LongSupplier mark, Reader<T> reader) {
    Patience patience = new Patience(settings.timing(), site);
    long reached = mark.getAsLong();
    while (true) {
      Call call = calls.get();
      IOException failure;
      try (Reply reply = once(site, call)) {
        if (patience.again(reply)) {
          continue;
        }
        return reader.read(reply);
      } catch (IOException e) {
        failure = e;
      }
      if (mark.getAsLong() > reached) {
        reached = mark.getAsLong();
        patience.moved();
      }
      if (!patience.again(failure)) {
        throw broken(site, call, failure);
      }
    }
  }

  /** Sends a request once, with what the site wants to know of us. */
  Reply once(Site site, Call call) throws IOException {
    if (!Call.sameServer(call.uri(), URI.create(base(site)))) {
      return follow(call, Optional.empty());
    }
    Optional<String> header = auth.header(site, call.scope());
    Reply reply = follow(call, header);
    if (reply.status() != 401
        || !Call.sameServer(reply.uri(), call.uri())
        || !auth.learn(site, call.scope(), reply, header)) {
      return reply;
    }
    reply.close();
    return follow(call, auth.header(site, call.scope()));
  }

  /** Asks a token server, for {@link Auth}. */
  <T> T token(Site site, String scope, Call call, Optional<String> header, Reader<T> reader) {
    Patience patience = new Patience(settings.timing(), site);
    while (true) {
      IOException failure;
      try (Reply reply = follow(call, header)) {
        if (patience.again(reply)) {
          continue;
        }
        if (reply.status() == 200) {
          return reader.read(reply);
        }
        if (reply.status() == 400 || reply.status() == 401 || reply.status() == 403) {
          throw Answers.refusal(call, reply, denied(site, scope));
        }
        throw Answers.refusal(call, reply, "");
      } catch (IOException e) {
        failure = e;
      }
      if (!patience.again(failure)) {
        throw broken(site, call, failure);
      }
    }
  }

  /** The failure that an answer is, with a hint on what to do. */
  RegistryException refusal(Site site, Call call, Reply reply, String hint) {
    return switch (reply.status()) {
      case 401, 403 -> Answers.refusal(call, reply, denied(site, call.scope()));
      default -> Answers.refusal(call, reply, hint);
    };
  }

  /** The failure that a broken exchange is. */
  RegistryException broken(Site site, Call call, IOException failure) {
    if (Thread.currentThread().isInterrupted()) {
      return new RegistryException("cancelled: " + call.what(), 0, call.line(), List.of())
          .causedBy(new InterruptedIOException("cancelled"));
    }
    if (Faults.isLasting(failure) || failure instanceof java.net.SocketTimeoutException) {
      silent.add(site.host());
    }
    String hint = Answers.hint(site, failure, settings);
    return new RegistryException(
            "cannot "
                + call.what()
                + ": "
                + Call.hostOf(call.uri())
                + ": "
                + Faults.reason(failure)
                + hint,
            0,
            call.line(),
            List.of())
        .causedBy(failure);
  }

  private String denied(Site site, String scope) {
    String login = "jbuild login " + site.account();
    String trouble = auth.trouble().isEmpty() ? "" : " (" + auth.trouble() + ")";
    return auth.where(site, scope)
            .map(w -> "the credentials from " + w + " do not allow it; log in again: " + login)
            .orElse("there is no such repository, or it needs a login: " + login)
        + trouble;
  }

  private Reply follow(Call call, Optional<String> header) throws IOException {
    Map<String, String> secrets = header.map(h -> Map.of("Authorization", h)).orElse(Map.of());
    Call hop = call;
    for (int hops = 0; hops <= REDIRECTS; hops++) {
      Reply reply = wire.send(hop, secrets);
      Optional<String> location = reply.header("Location");
      boolean same = reply.status() == 307 || reply.status() == 308;
      boolean reading = call.method().equals("GET") || call.method().equals("HEAD");
      if (!reply.isRedirect() || location.isEmpty() || !(same || reading)) {
        return reply;
      }
      reply.close();
      URI next = resolve(call, hop.uri(), location.get());
      if (!Call.sameServer(hop.uri(), next)) {
        secrets = Map.of();
      }
      hop = hop.at(next);
    }
    throw new RegistryException(
        "cannot "
            + call.what()
            + ": "
            + Call.hostOf(call.uri())
            + " redirects more than "
            + REDIRECTS
            + " times",
        0,
        call.line(),
        List.of());
  }

  /** Where an answer sends us on, or where an upload goes on. */
  URI resolve(Call call, URI from, String location) {
    URI next;
    try {
      next = from.resolve(new URI(location));
    } catch (URISyntaxException _) {
      next = URI.create("none:");
    }
    String scheme = String.valueOf(next.getScheme());
    if (next.getHost() == null || !scheme.matches("(?i)https?")) {
      throw new RegistryException(
          "cannot " + call.what() + ": " + Call.hostOf(from) + " gives an unusable Location",
          0,
          call.line(),
          List.of());
    }
    String host = Call.hostOf(next);
    if (from.getScheme().equalsIgnoreCase("https")
        && scheme.equalsIgnoreCase("http")
        && next.getHost().equalsIgnoreCase(from.getHost())) {
      // A registry behind a proxy that speaks TLS for it, and that it does not know of.
      String query = next.getRawQuery() == null ? "" : "?" + next.getRawQuery();
      return from.resolve(next.getRawPath() + query);
    }
    if (scheme.equalsIgnoreCase("http")
        && from.getScheme().equalsIgnoreCase("https")
        && !settings.insecure(host)) {
      throw new RegistryException(
          "cannot "
              + call.what()
              + ": "
              + Call.hostOf(from)
              + " redirects from HTTPS to plain HTTP at "
              + host
              + "; if that is meant, mark "
              + host
              + " as insecure",
          0,
          call.line(),
          List.of());
    }
    return next;
  }

  private String base(Site site) {
    String scheme =
        switch (site.scheme()) {
          case HTTP -> "http";
          case HTTPS -> "https";
          case ANY -> settings.insecure(site.host()) ? probed(site) : "https";
        };
    return scheme + "://" + site.host();
  }

  private String probed(Site site) {
    String known = schemes.get(site.host());
    if (known != null) {
      return known;
    }
    synchronized (schemes) {
      String found = schemes.get(site.host());
      if (found == null) {
        found = probe(site);
        schemes.put(site.host(), found);
      }
      return found;
    }
  }

  /** On loopback plain HTTP is the likely one; elsewhere it is the last resort. */
  private String probe(Site site) {
    boolean plainFirst = Site.isLoopback(site.host()) && settings.certs(site.host()).isEmpty();
    String first = plainFirst ? "http" : "https";
    String second = plainFirst ? "https" : "http";
    Patience patience = new Patience(settings.timing(), site);
    while (true) {
      Call call = ping(site, first);
      IOException failure;
      boolean answered = false;
      try {
        if (speaks(call)) {
          return first;
        }
        answered = true;
        failure = new IOException("it does not speak " + first.toUpperCase(java.util.Locale.ROOT));
      } catch (IOException e) {
        failure = e;
      }
      try {
        // Where a port is named and nobody listens there, nobody speaks anything.
        boolean nobody = Faults.isUnreachable(failure) && !port(site).isEmpty();
        if (!nobody && speaks(ping(site, second))) {
          return second;
        }
      } catch (IOException e) {
        // What answers that it wants the other one, has trouble with that.
        IOException other = answered ? failure : e;
        failure = answered ? e : failure;
        failure.addSuppressed(other);
      }
      if (!patience.again(failure)) {
        throw broken(site, call, failure);
      }
    }
  }

  private static String port(Site site) {
    return site.host().substring(Site.withoutPort(site.host()).length());
  }

  private static Call ping(Site site, String scheme) {
    return Call.of(
        "GET", URI.create(scheme + "://" + site.host() + "/v2/"), "reach the registry", "");
  }

  /** A TLS server answers plain HTTP with 400 and words about HTTPS, if it answers at all. */
  private boolean speaks(Call call) throws IOException {
    try (Reply reply = wire.send(call, Map.of())) {
      return reply.status() != 400
          || !new String(reply.head(), StandardCharsets.UTF_8).contains("HTTPS");
    }
  }
}
