package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How registries are reached: mirrors, plain HTTP, certificates, what is blocked; and the
 * environment that names proxies and credential files.
 *
 * <p>The file is {@code $JBUILD_REGISTRIES}, else {@code $XDG_CONFIG_HOME/jbuild/registries.json},
 * else {@code /etc/jbuild/registries.json}:
 *
 * <pre>
 * {"registries": {"docker.io": {"mirrors": ["http://127.0.0.1:5000"], "insecure": false,
 *     "blocked": false, "certs": "/path/of/a/folder", "chunkSize": 0}}}
 * </pre>
 *
 * <p>It is read when it is first asked, so that a command which needs no registry does not pay for
 * it.
 */
public final class RegistrySettings {
  private static final Set<String> KEYS =
      Set.of("mirrors", "insecure", "blocked", "certs", "chunkSize");

  /** What the file says of one registry. */
  private record Entry(
      List<Site> mirrors, boolean insecure, boolean blocked, Optional<Path> certs, long chunkSize) {
    static final Entry NONE = new Entry(List.of(), false, false, Optional.empty(), 0);

    Entry directly(boolean plain) {
      return new Entry(List.of(), insecure || plain, blocked, certs, chunkSize);
    }
  }

  private final Map<String, String> env;
  private final Timing timing;

  /** Registries that are asked themselves, and whether they may speak plain HTTP. */
  private final Map<String, Boolean> direct;

  private @Nullable Map<String, Entry> entries;

  private RegistrySettings(Map<String, String> env, Timing timing, Map<String, Boolean> direct) {
    this.env = Map.copyOf(env);
    this.timing = timing;
    this.direct = Map.copyOf(direct);
  }

  /** Settings as the environment names them; the file is read later. */
  public static RegistrySettings load(Map<String, String> env) {
    return new RegistrySettings(env, Timing.USUAL, Map.of());
  }

  RegistrySettings with(Timing other) {
    return new RegistrySettings(env, other, direct);
  }

  /**
   * The same for a cache of one registry. Mirrors of it are not asked: this very cache may be one.
   *
   * @param plain whether it may speak plain HTTP
   */
  public RegistrySettings directly(String host, boolean plain) {
    return new RegistrySettings(env, timing, Map.of(host, plain));
  }

  /** The mirrors of the image's registry as {@code host[:port][/prefix]}, in order. */
  public List<String> mirrors(ImageReference reference) {
    return mirrorSites(reference).stream().map(Site::toString).toList();
  }

  /**
   * Tells whether a registry may speak plain HTTP or show a certificate that nobody vouches for.
   */
  public boolean insecure(String host) {
    return Site.isLoopback(host) || entry(host).insecure();
  }

  /** Tells whether the file forbids a registry. */
  public boolean blocked(String host) {
    return entry(host).blocked();
  }

  List<Site> mirrorSites(ImageReference reference) {
    return entry(reference.registry()).mirrors();
  }

  Optional<Path> certs(String host) {
    return entry(host).certs();
  }

  /** Bytes of one upload request; 0 for a whole blob in one. */
  long chunkSize(String host) {
    return entry(host).chunkSize();
  }

  Timing timing() {
    return timing;
  }

  Optional<String> env(String name) {
    return Optional.ofNullable(env.get(name)).filter(v -> !v.isEmpty());
  }

  Map<String, String> env() {
    return env;
  }

  Path home() {
    return Path.of(env("HOME").orElseGet(() -> System.getProperty("user.home")));
  }

  Path configHome() {
    return env("XDG_CONFIG_HOME").map(Path::of).orElseGet(() -> home().resolve(".config"));
  }

  private Entry entry(String host) {
    Map<String, Entry> all = entries();
    Entry exact = all.get(host);
    Entry entry = exact != null ? exact : all.getOrDefault(Site.withoutPort(host), Entry.NONE);
    Boolean plain = direct.get(host);
    return plain == null ? entry : entry.directly(plain);
  }

  private synchronized Map<String, Entry> entries() {
    Map<String, Entry> known = entries;
    if (known == null) {
      Optional<Path> file = file();
      known = file.isPresent() ? read(file.get()) : Map.of();
      entries = known;
    }
    return known;
  }

  private Optional<Path> file() {
    Optional<Path> named = env("JBUILD_REGISTRIES").map(Path::of);
    if (named.isPresent()) {
      return named;
    }
    return List.of(
            configHome().resolve("jbuild/registries.json"), Path.of("/etc/jbuild/registries.json"))
        .stream()
        .filter(Files::exists)
        .findFirst();
  }

  private static Map<String, Entry> read(Path file) {
    try {
      Json.Obj registries = Json.parseObject(Files.readAllBytes(file)).object("registries");
      Map<String, Entry> entries = new HashMap<>();
      for (String host : registries.members().keySet()) {
        entries.put(host, readEntry(host, registries.object(host)));
      }
      return entries;
    } catch (IOException e) {
      throw new RegistryException(
              "cannot read the registries' settings " + file + ": " + Faults.reason(e))
          .causedBy(e);
    } catch (JsonException | IllegalArgumentException e) {
      throw new RegistryException(
              "the registries' settings " + file + " make no sense: " + e.getMessage())
          .causedBy(e);
    }
  }

  private static Entry readEntry(String host, Json.Obj json) {
    for (String key : json.members().keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "unknown setting \""
                + key
                + "\" of "
                + host
                + "; there are "
                + KEYS.stream().sorted().toList());
      }
    }
    List<Site> mirrors = new ArrayList<>();
    for (String text : json.texts("mirrors")) {
      mirrors.add(mirror(text));
    }
    return new Entry(
        List.copyOf(mirrors),
        json.flag("insecure"),
        json.flag("blocked"),
        json.text("certs").map(Path::of),
        json.number("chunkSize").orElse(0L));
  }

  private static Site mirror(String text) {
    URI uri = URI.create(text.contains("://") ? text : "any://" + text);
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the mirror " + uri.getHost() + " has credentials in its URL; use jbuild login instead");
    }
    String host = uri.getRawAuthority();
    Site.Scheme scheme =
        switch (uri.getScheme()) {
          case "http" -> Site.Scheme.HTTP;
          case "https" -> Site.Scheme.HTTPS;
          case "any" -> Site.Scheme.ANY;
          default -> throw new IllegalArgumentException("a mirror is an http(s) URL: " + text);
        };
    if (host == null || uri.getHost() == null || uri.getRawQuery() != null) {
      throw new IllegalArgumentException("a mirror is http(s)://HOST[:PORT][/PREFIX]: " + text);
    }
    return new Site(scheme, host, host, prefix(uri.getRawPath()), true);
  }

  /** A path in a mirror's URL stands before the repository; {@code /v2} is said anyway. */
  private static String prefix(String path) {
    String trimmed = path.replaceAll("^/+|/+$", "");
    if (trimmed.equals("v2")) {
      return "";
    }
    String below = trimmed.startsWith("v2/") ? trimmed.substring(3) : trimmed;
    return below.isEmpty() ? "" : below + "/";
  }
}
