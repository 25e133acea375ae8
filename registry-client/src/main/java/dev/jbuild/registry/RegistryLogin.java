package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** Keeps credentials where Docker keeps them, after a registry has found them right. */
public final class RegistryLogin {
  private final RegistrySettings settings;

  /**
   * Where credentials went.
   *
   * @param where a file, or a program {@code docker-credential-NAME}
   * @param unencrypted whether anybody who can read that file can read them
   */
  public record Stored(String where, boolean unencrypted) {}

  public RegistryLogin(RegistrySettings settings) {
    this.settings = settings;
  }

  /**
   * The registry that a text means; Docker Hub where it is empty, as {@code docker login} has it.
   */
  public static String registry(String server) {
    String host = server.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return switch (host) {
      case "", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com" ->
          ImageReference.DEFAULT_REGISTRY;
      default -> host;
    };
  }

  /**
   * Shows the credentials to the registry, then keeps them.
   *
   * @throws RegistryException when the registry refuses them; nothing is kept then
   */
  public Stored login(String server, String username, String password) {
    String registry = registry(server);
    if (username.isEmpty() || username.contains(":") || password.isEmpty()) {
      throw new RegistryException(
          "cannot log in to "
              + registry
              + ": a user name without a colon and a password are needed");
    }
    RegistryClient.requirePermitted(settings, registry);
    verify(registry, username, password);
    return change("keep the credentials of " + registry, () -> store(registry, username, password));
  }

  /** Forgets the credentials of a registry; false where there were none. */
  public boolean logout(String server) {
    String registry = registry(server);
    return change("forget the credentials of " + registry, () -> erase(registry));
  }

  private void verify(String registry, String username, String password) {
    var given =
        Optional.of(new Credentials.Found(Credential.of(username, password), "the command line"));
    Site site = Site.origin(registry);
    try (Requests requests = new Requests(settings, (_, _) -> given)) {
      Call call = Call.of("GET", requests.url(site, ""), "log in to " + registry, "");
      requests.exchange(
          site,
          call,
          reply -> {
            if (reply.status() != 200) {
              throw requests.refusal(site, call, reply, "is it a registry?");
            }
            return true;
          });
    } catch (RegistryException e) {
      if (!e.isDenied()) {
        throw e;
      }
      String said = e.problems().isEmpty() ? "" : " (" + e.problems().getFirst() + ")";
      throw new RegistryException(
          "cannot log in to " + registry + ": it refuses this user name or password" + said,
          e.status(),
          e.request(),
          e.problems());
    }
  }

  private Stored store(String registry, String username, String password) throws IOException {
    Path file = CredentialFiles.dockerConfig(settings);
    Json.Obj config = read(file);
    String key = CredentialFiles.keys(registry).getFirst();
    Optional<String> helper = helper(config, registry);
    if (helper.isPresent()) {
      Json.Obj secret =
          Json.obj().with("ServerURL", key).with("Username", username).with("Secret", password);
      run(helper.get(), "store", secret.bytes());
      // Docker leaves an empty entry, by which it lists what a helper has.
      write(file, withAuth(config, key, Json.obj()));
      return new Stored("docker-credential-" + helper.get(), false);
    }
    String auth = new Credential.Basic(username, password).encoded();
    write(file, withAuth(config, key, Json.obj().with("auth", auth)));
    return new Stored(file.toString(), true);
  }

  private boolean erase(String registry) throws IOException {
    Path file = CredentialFiles.dockerConfig(settings);
    Json.Obj config = read(file);
    SequencedMap<String, Json> auths = new LinkedHashMap<>(config.object("auths").members());
    boolean known = auths.keySet().removeAll(CredentialFiles.keys(registry));
    Optional<String> helper = helper(config, registry);
    if (helper.isPresent()) {
      String key = CredentialFiles.keys(registry).getFirst();
      run(helper.get(), "erase", key.getBytes(StandardCharsets.UTF_8));
    }
    if (known) {
      write(file, config.with("auths", new Json.Obj(auths)));
    }
    return known || helper.isPresent();
  }

  private static Json.Obj withAuth(Json.Obj config, String key, Json.Obj entry) {
    return config.with("auths", config.object("auths").with(key, entry));
  }

  private static Optional<String> helper(Json.Obj config, String registry) {
    Json.Obj helpers = config.object("credHelpers");
    return CredentialFiles.keys(registry).stream()
        .flatMap(k -> helpers.text(k).stream())
        .findFirst()
        .or(() -> config.text("credsStore"))
        .filter(h -> !h.isEmpty());
  }

  /** Speaks to a helper: the secret goes through its standard input, never its arguments. */
  private void run(String helper, String verb, byte[] input) throws IOException {
    String name = "docker-credential-" + helper;
    Path program =
        CredentialFiles.program(settings, helper)
            .orElseThrow(() -> new IOException(name + " is not on the PATH"));
    Process process =
        new ProcessBuilder(program.toString(), verb)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    }
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(name + " " + verb + " failed with status " + status);
      }
    } catch (InterruptedException _) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("cancelled");
    }
  }

  private static Json.Obj read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Json.obj();
    }
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length == 0 ? Json.obj() : Json.parseObject(bytes);
  }

  /** Replaces the file at once and for its owner only; a link to it stays one. */
  private static void write(Path file, Json.Obj config) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path folder = real.resolveSibling("");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path temporary =
        Files.createTempFile(
            folder,
            ".config",
            ".json",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(temporary, config.pretty(8) + "\n");
      Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Work on files and helpers. */
  private interface Change<T> {
    T make() throws IOException;
  }

  private <T> T change(String what, Change<T> change) {
    try {
      return change.make();
    } catch (IOException | JsonException e) {
      String why = e instanceof IOException io ? Faults.reason(io) : String.valueOf(e.getMessage());
      throw new RegistryException(
              "cannot " + what + " in " + CredentialFiles.dockerConfig(settings) + ": " + why)
          .causedBy(e);
    }
  }
}
