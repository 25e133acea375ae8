package dev.jbuild.maven;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.logging.Log;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/**
 * Finds the program: where the project says, on the PATH, or as an artifact in Maven's
 * repositories.
 */
final class Distributions {
  private final MavenSession session;
  private final RepositorySystem repositories;
  private final Log log;

  Distributions(MavenSession session, RepositorySystem repositories, Log log) {
    this.session = session;
    this.repositories = repositories;
    this.log = log;
  }

  /** The launcher to run. */
  Path find(Optional<String> configured, String version)
      throws MojoExecutionException, IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new MojoExecutionException(
          "jbuild builds on Linux; this is "
              + System.getProperty("os.name")
              + ": add -Djbuild.skip");
    }
    if (configured.isPresent()) {
      String name = configured.get();
      Path path = session.getCurrentProject().getBasedir().toPath().resolve(name);
      if (Files.isExecutable(path) && !Files.isDirectory(path)) {
        return path;
      }
      return onPath(name)
          .orElseThrow(() ->
              new MojoExecutionException(
                  "jbuild.executable is '"
                      + name
                      + "': there is no such program, neither as a file nor on the PATH"));
    }
    Optional<Path> found = onPath("jbuild");
    return found.isPresent() ? found.get() : resolved(version);
  }

  private static Optional<Path> onPath(String name) {
    if (name.contains("/")) {
      return Optional.empty();
    }
    Map<String, String> environment = System.getenv();
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder, name).toAbsolutePath();
      if (Files.isExecutable(program) && !Files.isDirectory(program)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  private Path resolved(String version) throws MojoExecutionException, IOException {
    String arch =
        System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    DefaultArtifact artifact =
        new DefaultArtifact("dev.jbuild", "jbuild-dist", "linux-" + arch, "tar.gz", version);
    ArtifactRequest request = new ArtifactRequest();
    request.setArtifact(artifact);
    request.setRepositories(session.getCurrentProject().getRemotePluginRepositories());
    try {
      File file =
          repositories
              .resolveArtifact(session.getRepositorySession(), request)
              .getArtifact()
              .getFile();
      return unpacked(file.toPath(), version);
    } catch (ArtifactResolutionException e) {
      throw new MojoExecutionException(
          "no jbuild: it is not on the PATH, and "
              + artifact
              + (session.isOffline()
                  ? " is not in the local repository (Maven is offline)"
                  : " is in no repository")
              + "; install it, or say with -Djbuild.executable=FILE where it is",
          e);
    }
  }

  /** Unpacks it once; a snapshot that has changed is another file, and so another folder. */
  private Path unpacked(Path archive, String version) throws MojoExecutionException, IOException {
    String seen =
        archive + " " + Files.size(archive) + " " + Files.getLastModifiedTime(archive).toMillis();
    String name = version + "-" + Digests.hex(seen).substring(0, 16);
    Path cache = Files.createDirectories(cache());
    Path launcher = cache.resolve(name).resolve("bin/jbuild");
    if (Files.isExecutable(launcher)) {
      return launcher;
    }
    // Modules built at once (-T) and other Mavens: one unpacks, the others wait.
    synchronized (Distributions.class) {
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.isExecutable(launcher)) {
          log.info("jbuild: unpacking " + archive.getFileName() + " into " + cache);
          Path room = Files.createTempDirectory(cache, ".unpack");
          untar(archive, room);
          Files.move(room, cache.resolve(name));
        }
      }
    }
    return launcher;
  }

  private static Path cache() {
    String xdg = Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).orElse("");
    Path base =
        xdg.startsWith("/") ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("jbuild").resolve("maven");
  }

  private static void untar(Path archive, Path folder) throws MojoExecutionException, IOException {
    List<String> words =
        List.of("tar", "-xzf", archive.toString(), "-C", folder.toString(), "--strip-components=1");
    Process tar = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said =
        new String(tar.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (tar.waitFor() != 0) {
        throw new MojoExecutionException(
            String.format(Locale.ROOT, "cannot unpack %s: %s", archive, said.strip()));
      }
    } catch (InterruptedException e) {
      tar.destroy();
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("interrupted", e);
    }
  }
}
