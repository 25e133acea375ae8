package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;

/**
 * The servers of settings.xml as a file of credentials, there for one call only. jbuild reads it
 * before the user's own ones, which still hold for every other registry.
 */
final class Credentials implements AutoCloseable {
  private final Optional<Path> folder;

  private Credentials(Optional<Path> folder) {
    this.folder = folder;
  }

  static Credentials of(JbuildMojo mojo) throws MojoExecutionException, IOException {
    SortedMap<String, String> pairs = new TreeMap<>();
    for (Server server : mojo.session.getSettings().getServers()) {
      if (isRegistry(server.getId()) && server.getUsername() != null) {
        Server plain = decrypted(mojo, server);
        String pair =
            plain.getUsername() + ":" + Optional.ofNullable(plain.getPassword()).orElse("");
        pairs.put(
            key(server.getId()),
            Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
      }
    }
    if (pairs.isEmpty()) {
      return new Credentials(Optional.empty());
    }
    Path folder =
        Files.createTempDirectory(
            "jbuild-maven",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(folder.resolve("auth.json"), json(pairs));
    return new Credentials(Optional.of(folder));
  }

  private static Server decrypted(JbuildMojo mojo, Server server) throws MojoExecutionException {
    SettingsDecryptionResult result =
        mojo.decrypter.decrypt(new DefaultSettingsDecryptionRequest(server));
    for (SettingsProblem problem : result.getProblems()) {
      throw new MojoExecutionException(
          "cannot decrypt the password of server '"
              + server.getId()
              + "' in settings.xml: "
              + problem.getMessage()
              + "; is the master password in settings-security.xml the one that it was encrypted with?");
    }
    return result.getServer();
  }

  /** A host, maybe with a port: that is how Maven's other servers are hardly ever named. */
  static boolean isRegistry(String id) {
    return id.matches("[A-Za-z0-9.-]+(:[0-9]+)?") && (id.contains(".") || id.contains(":"));
  }

  /** Docker Hub's key is from the days of its first version. */
  private static String key(String id) {
    boolean hub = id.equals("docker.io") || id.endsWith(".docker.io");
    return hub ? "https://index.docker.io/v1/" : id;
  }

  private static String json(Map<String, String> pairs) {
    StringBuilder json = new StringBuilder("{\"auths\":{");
    pairs.forEach((id, pair) ->
        json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
            .append('"')
            .append(id)
            .append("\":{\"auth\":\"")
            .append(pair)
            .append("\"}"));
    return json.append("}}\n").toString();
  }

  Program on(Program program) {
    return folder.isEmpty()
        ? program
        : program.with("REGISTRY_AUTH_FILE", folder.get().resolve("auth.json").toString());
  }

  @Override
  public void close() throws IOException {
    if (folder.isPresent()) {
      Files.deleteIfExists(folder.get().resolve("auth.json"));
      Files.deleteIfExists(folder.get());
    }
  }
}
