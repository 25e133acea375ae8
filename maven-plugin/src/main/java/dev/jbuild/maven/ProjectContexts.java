package dev.jbuild.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.project.MavenProject;

/**
 * The project as named build contexts: {@code COPY --from=maven-deps} has the libraries that it
 * needs at run time, {@code maven-artifact} what it has packaged, {@code maven-module-x} what
 * module x of the reactor has.
 */
final class ProjectContexts {
  private final ImageMojo mojo;
  private final LastBuild last;
  private final Instant time;

  ProjectContexts(ImageMojo mojo, LastBuild last) throws MojoExecutionException {
    this.mojo = mojo;
    this.last = last;
    this.time = mojo.timestamp().orElse(Instant.ofEpochSecond(1));
  }

  /** The options for those that a Dockerfile mentions; their folders are brought up to date. */
  List<String> of(String dockerfile) throws MojoExecutionException, IOException {
    List<String> words = new ArrayList<>();
    if (dockerfile.contains("maven-artifact")) {
      String missing =
          "the Dockerfile copies from maven-artifact and nothing is packaged yet: run 'mvn package', or 'mvn package "
              + "jbuild:"
              + mojo.execution.getGoal()
              + "'";
      words.addAll(option("maven-artifact", jar(mojo.project), missing));
    }
    if (dockerfile.contains("maven-deps")) {
      words.addAll(option("maven-deps", libraries(dockerfile.contains("maven-module-"))));
    }
    for (MavenProject module : upstream()) {
      String name = "maven-module-" + module.getArtifactId();
      if (dockerfile.contains(name)) {
        String missing =
            "module " + module.getArtifactId() + " is not packaged yet: run 'mvn package'";
        words.addAll(option(name, jar(module), missing));
      }
    }
    return words;
  }

  private List<String> option(String name, Optional<Path> jar, String missing)
      throws MojoExecutionException, IOException {
    if (jar.isEmpty()) {
      throw new MojoExecutionException(missing);
    }
    return option(name, Map.of(jar.get().getFileName().toString(), jar.get()));
  }

  private List<String> option(String name, Map<String, Path> files) throws IOException {
    Path folder = mojo.folder().resolve(name);
    last.input(new Mirror(folder, time).copy(files));
    return List.of("--build-context", name + "=" + folder);
  }

  private List<MavenProject> upstream() {
    return mojo.session.getProjectDependencyGraph() == null
        ? List.of()
        : mojo.session.getProjectDependencyGraph().getUpstreamProjects(mojo.project, true);
  }

  boolean isModule(Artifact artifact) {
    for (MavenProject module : upstream()) {
      if (module.getGroupId().equals(artifact.getGroupId())
          && module.getArtifactId().equals(artifact.getArtifactId())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The jars of the run-time class path by the names they get; of equal names the later has its
   * group before it.
   */
  Map<String, Path> libraries(boolean withoutModules) throws MojoExecutionException {
    Map<String, Path> libraries = new TreeMap<>();
    for (Artifact artifact : mojo.project.getArtifacts()) {
      boolean needed =
          artifact.getArtifactHandler().isAddedToClasspath() && inImage(artifact.getScope());
      if (!needed || (withoutModules && isModule(artifact))) {
        continue;
      }
      File file = artifact.getFile();
      if (file == null || !file.isFile()) {
        throw new MojoExecutionException(
            "no jar of " + artifact + " yet: run 'mvn package', which packages the modules before");
      }
      String name = file.getName();
      libraries.put(
          libraries.containsKey(name) ? artifact.getGroupId() + "-" + name : name, file.toPath());
    }
    return libraries;
  }

  private static boolean inImage(String scope) {
    return scope.equals(Artifact.SCOPE_COMPILE) || scope.equals(Artifact.SCOPE_RUNTIME);
  }

  /** What a project has packaged, also when only this goal runs. */
  static Optional<Path> jar(MavenProject project) {
    File file = project.getArtifact().getFile();
    if (file != null && file.isFile()) {
      return Optional.of(file.toPath());
    }
    Path usual =
        Path.of(
            project.getBuild().getDirectory(),
            project.getBuild().getFinalName() + "." + extension(project));
    return Files.isRegularFile(usual) ? Optional.of(usual) : Optional.empty();
  }

  private static String extension(MavenProject project) {
    return project.getPackaging().equals("war") ? "war" : "jar";
  }
}
