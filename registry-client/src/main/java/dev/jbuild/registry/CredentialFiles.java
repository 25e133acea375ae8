package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.registry.jib.CredentialHelper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Docker's {@code config.json} and podman's {@code auth.json}: secrets in the file itself, or in a
 * helper program that the file names.
 */
final class CredentialFiles implements Credentials {
  /** The key of Docker Hub, from the days of its first version. */
  static final String HUB_KEY = "https://index.docker.io/v1/";

  private final RegistrySettings settings;
  private final Map<Path, Json.Obj> files = new ConcurrentHashMap<>();
  private final Map<String, Optional<Found>> known = new ConcurrentHashMap<>();
  private final ConcurrentSkipListSet<String> troubles = new ConcurrentSkipListSet<>();

  CredentialFiles(RegistrySettings settings) {
    this.settings = settings;
  }

  @Override
  public Optional<Found> find(String account, String repository) {
    return known.computeIfAbsent(account + "/" + repository, _ -> search(account, repository));
  }

  @Override
  public String trouble() {
    return String.join("; ", troubles);
  }

  /** Docker's own file, which login writes. */
  static Path dockerConfig(RegistrySettings settings) {
    return settings
        .env("DOCKER_CONFIG")
        .map(Path::of)
        .orElseGet(() -> settings.home().resolve(".docker"))
        .resolve("config.json");
  }

  /** The names under which the credentials of a registry may stand, the usual one first. */
  static List<String> keys(String account) {
    if (account.equals(ImageReference.DEFAULT_REGISTRY)) {
      return List.of(
          HUB_KEY,
          "index.docker.io",
          "docker.io",
          "https://index.docker.io/v1",
          "registry-1.docker.io");
    }
    String secure = "https://" + account;
    String plain = "http://" + account;
    return List.of(
        account, secure, secure + "/", secure + "/v1/", secure + "/v2/", plain, plain + "/v2/");
  }

  /** The program of a helper on the search path, if its name is one. */
  static Optional<Path> program(RegistrySettings settings, String helper) {
    if (helper.isEmpty() || helper.contains("/") || helper.contains("\\")) {
      return Optional.empty();
    }
    String path = settings.env("PATH").orElse("");
    return Stream.of(path.split(File.pathSeparator))
        .filter(p -> !p.isEmpty())
        .map(p -> Path.of(p).resolve("docker-credential-" + helper))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private Optional<Found> search(String account, String repository) {
    return places().flatMap(file -> in(file, account, repository).stream()).findFirst();
  }

  private Stream<Path> places() {
    return Stream.of(
            settings.env("REGISTRY_AUTH_FILE").map(Path::of),
            Optional.of(dockerConfig(settings)),
            settings.env("XDG_RUNTIME_DIR").map(d -> Path.of(d, "containers", "auth.json")),
            Optional.of(settings.configHome().resolve("containers/auth.json")))
        .flatMap(Optional::stream);
  }

  private Optional<Found> in(Path file, String account, String repository) {
    Json.Obj json = files.computeIfAbsent(file, this::read);
    Map<String, String> helpers = json.textMap("credHelpers");
    for (String key : keys(account)) {
      String helper = helpers.get(key);
      if (helper != null) {
        return ask(helper, account);
      }
    }
    Json.Obj auths = json.object("auths");
    for (String key : keysIn(account, repository)) {
      Optional<Credential> found = stored(file, auths.object(key));
      if (found.isPresent()) {
        return Optional.of(new Found(found.get(), file.toString()));
      }
    }
    return json.text("credsStore").flatMap(store -> ask(store, account));
  }

  /** Podman also keeps credentials by repository, or by what repositories begin with. */
  private static List<String> keysIn(String account, String repository) {
    List<String> keys = new ArrayList<>();
    String path = account + "/" + repository;
    while (path.length() > account.length() + 1) {
      keys.add(path);
      path = path.substring(0, path.lastIndexOf('/'));
    }
    keys.addAll(keys(account));
    return keys;
  }

  private Optional<Credential> stored(Path file, Json.Obj entry) {
    Optional<String> token = entry.text("identitytoken").filter(t -> !t.isEmpty());
    if (token.isPresent()) {
      return Optional.of(new Credential.Identity(token.get()));
    }
    Optional<String> auth = entry.text("auth").filter(a -> !a.isEmpty());
    if (auth.isEmpty()) {
      Optional<String> name = entry.text("username").filter(n -> !n.isEmpty());
      return name.map(n -> Credential.of(n, entry.text("password").orElse("")));
    }
    try {
      String pair = new String(Base64.getDecoder().decode(auth.get()), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      if (colon > 0) {
        String password = pair.substring(colon + 1).replaceAll("\0+$", "");
        return Optional.of(Credential.of(pair.substring(0, colon), password));
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    troubles.add("an \"auth\" in " + file + " is not base64 of NAME:PASSWORD");
    return Optional.empty();
  }

  /** Asks a helper. One that is not there hides no public image: it is only remembered. */
  private Optional<Found> ask(String helper, String account) {
    String name = "docker-credential-" + helper;
    Optional<Path> program = program(settings, helper);
    if (program.isEmpty()) {
      troubles.add(name + " is not on the PATH");
      return Optional.empty();
    }
    try {
      return CredentialHelper.get(program.get(), keys(account).getFirst(), settings.env())
          .map(s -> new Found(Credential.of(s.username(), s.password()), name));
    } catch (IOException e) {
      troubles.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Json.Obj read(Path file) {
    try {
      return Json.parseObject(Files.readAllBytes(file));
    } catch (NoSuchFileException _) {
      return Json.obj();
    } catch (IOException e) {
      troubles.add("cannot read " + file + ": " + Faults.reason(e));
    } catch (JsonException e) {
      troubles.add(file + " is broken: " + e.getMessage());
    }
    return Json.obj();
  }
}
