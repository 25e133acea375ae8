package dev.jbuild.registry;

import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who we say we are: nothing, until a server asks; then a name and password, or a token that a
 * token server gives for a scope (distribution, "Token Authentication Specification").
 */
final class Auth {
  private static final int LARGEST = 1 << 20;

  /** A token is not used in its last seconds. */
  private static final long EARLY = TimeUnit.SECONDS.toNanos(10);

  private final RegistrySettings settings;
  private final Credentials credentials;
  private final Requests requests;
  private final Map<String, Challenge> asked = new ConcurrentHashMap<>();
  private final Map<Key, Slot> slots = new ConcurrentHashMap<>();

  /** What a token is good for. */
  private record Key(String host, String scope) {}

  /** Holds the token of a key; its monitor makes many threads fetch it only once. */
  private static final class Slot {
    private @Nullable String token;
    private long until;
    private Set<String> scopes = Set.of();
  }

  Auth(RegistrySettings settings, Credentials credentials, Requests requests) {
    this.settings = settings;
    this.credentials = credentials;
    this.requests = requests;
  }

  /** The Authorization header for a request, as far as the site has asked for one. */
  Optional<String> header(Site site, String scope) {
    Challenge challenge = asked.get(site.host());
    if (challenge == null) {
      return Optional.empty();
    }
    if (challenge.scheme().equals("basic")) {
      return found(site, scope)
          .flatMap(f ->
              f.credential() instanceof Credential.Basic basic
                  ? Optional.of(basic.header())
                  : Optional.empty());
    }
    return Optional.of("Bearer " + token(site, challenge, scope));
  }

  /** Remembers what a site asks for; false when there is nothing to answer that was not said. */
  boolean learn(Site site, String scope, Reply reply, Optional<String> used) {
    List<Challenge> challenges = Challenge.parse(reply.headers("WWW-Authenticate"));
    Optional<Challenge> chosen =
        challenges.stream()
            .filter(c -> c.scheme().equals("bearer") && !c.get("realm").isEmpty())
            .findFirst()
            .or(() -> challenges.stream().filter(c -> c.scheme().equals("basic")).findFirst());
    if (chosen.isEmpty()) {
      return false;
    }
    asked.put(site.host(), chosen.get());
    if (chosen.get().scheme().equals("basic")) {
      return used.isEmpty() && found(site, scope).isPresent();
    }
    forget(site, scope, used, chosen.get().get("scope"));
    return true;
  }

  /** Where a site's credentials are kept, for messages; empty where it has none. */
  Optional<String> where(Site site, String scope) {
    return found(site, scope).map(Credentials.Found::where);
  }

  String trouble() {
    return credentials.trouble();
  }

  private Optional<Credentials.Found> found(Site site, String scope) {
    String[] parts = scope.split(":", -1);
    return credentials.find(site.account(), parts.length > 2 ? parts[1] : "");
  }

  /** Drops a token that was refused, and notes what the site wants it to be good for. */
  private void forget(Site site, String scope, Optional<String> used, String wanted) {
    Slot slot = slot(site, scope);
    synchronized (slot) {
      if (used.isPresent() && used.get().equals("Bearer " + slot.token)) {
        slot.token = null;
      }
      if (!wanted.isEmpty()) {
        slot.scopes = Set.of(wanted.split(" "));
      }
    }
  }

  private Slot slot(Site site, String scope) {
    return slots.computeIfAbsent(new Key(site.host(), scope), _ -> new Slot());
  }

  private String token(Site site, Challenge challenge, String scope) {
    Slot slot = slot(site, scope);
    synchronized (slot) {
      String token = slot.token;
      if (token == null || System.nanoTime() - slot.until > -EARLY) {
        Set<String> scopes = new LinkedHashSet<>(List.of(scope.split(" ")));
        scopes.addAll(slot.scopes);
        scopes.remove("");
        Json.Obj answer = fetch(site, challenge, scope, scopes);
        token =
            answer
                .text("token")
                .or(() -> answer.text("access_token"))
                .orElseThrow(
                    () -> new RegistryException(cannot(site) + ": the token server gave no token"));
        slot.token = token;
        long seconds = Math.clamp(answer.number("expires_in").orElse(60L), 20, 86_400);
        slot.until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      }
      return token;
    }
  }

  private Json.Obj fetch(Site site, Challenge challenge, String scope, Set<String> scopes) {
    URI realm = realm(site, challenge);
    Optional<Credential> credential = found(site, scope).map(Credentials.Found::credential);
    if (credential.isPresent() && !isSafe(realm)) {
      throw new RegistryException(
          cannot(site)
              + ": its token server "
              + Call.hostOf(realm)
              + " would get the credentials over plain HTTP; if that is meant, mark it as insecure");
    }
    StringBuilder query = new StringBuilder();
    add(query, "service", challenge.get("service"));
    scopes.forEach(s -> add(query, "scope", s));
    Call call;
    Optional<String> header = Optional.empty();
    if (credential.orElse(null) instanceof Credential.Identity(var refresh)) {
      add(query, "grant_type", "refresh_token");
      add(query, "client_id", "jbuild");
      add(query, "refresh_token", refresh);
      call =
          Call.of("POST", realm, "get a token for " + site, "")
              .with("Content-Type", "application/x-www-form-urlencoded")
              .with(Upload.of(query.toString().getBytes(StandardCharsets.UTF_8)));
    } else {
      if (credential.orElse(null) instanceof Credential.Basic basic) {
        add(query, "account", basic.username());
        header = Optional.of(basic.header());
      }
      call = Call.of("GET", withQuery(realm, query), "get a token for " + site, "");
    }
    return requests.token(site, scope, call, header, this::read);
  }

  private Json.Obj read(Reply reply) throws IOException {
    try {
      return Json.parseObject(reply.body().readNBytes(LARGEST));
    } catch (JsonException e) {
      throw new RegistryException(
          "the token server "
              + Call.hostOf(reply.uri())
              + " does not answer with JSON; is "
              + Call.bare(reply.uri())
              + " right?");
    }
  }

  private boolean isSafe(URI realm) {
    return "https".equalsIgnoreCase(realm.getScheme()) || settings.insecure(Call.hostOf(realm));
  }

  private static URI realm(Site site, Challenge challenge) {
    try {
      URI realm = new URI(challenge.get("realm"));
      if (realm.getHost() != null && String.valueOf(realm.getScheme()).matches("(?i)https?")) {
        return realm;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new RegistryException(cannot(site) + ": it names no usable token server");
  }

  private static URI withQuery(URI realm, StringBuilder query) {
    String base = realm.toString();
    return URI.create(base + (realm.getRawQuery() == null ? "?" : "&") + query);
  }

  private static void add(StringBuilder query, String name, String value) {
    if (!value.isEmpty()) {
      query.append(query.isEmpty() ? "" : "&").append(name).append('=');
      query.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  private static String cannot(Site site) {
    return "cannot log in to " + site;
  }
}
