package dev.jbuild.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.inject.Inject;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.eclipse.aether.RepositorySystem;
import org.jspecify.annotations.Nullable;

/**
 * What all goals have in common: the project, the program, and that a mistake is told before any
 * work.
 */
@SuppressWarnings("NullAway.Init") // Maven sets the fields
abstract class JbuildMojo extends AbstractMojo {
  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  MavenProject project;

  @Parameter(defaultValue = "${session}", readonly = true, required = true)
  MavenSession session;

  @Parameter(defaultValue = "${mojoExecution}", readonly = true, required = true)
  MojoExecution execution;

  /** Do nothing. */
  @Parameter(property = "jbuild.skip", defaultValue = "false")
  boolean skip;

  /**
   * The jbuild to run. Without it the one on the PATH, else the distribution of this plugin's
   * version from a repository.
   */
  @Parameter(property = "jbuild.executable")
  @Nullable String executable;

  /** Where images are kept; by default where {@code jbuild} keeps them. */
  @Parameter(property = "jbuild.root")
  @Nullable String root;

  /**
   * The time in the image, as ISO 8601 or seconds since 1970; Maven's own property for reproducible
   * builds.
   */
  @Parameter(defaultValue = "${project.build.outputTimestamp}")
  @Nullable String outputTimestamp;

  @Inject RepositorySystem repositories;
  @Inject SettingsDecrypter decrypter;

  @Override
  public final void execute() throws MojoExecutionException {
    if (skip) {
      getLog().info("jbuild: skipped");
      return;
    }
    Configuration.of(this).check();
    for (Map.Entry<String, Map<String, String>> each : maps().entrySet()) {
      Configuration.fill(each.getValue(), each.getKey(), session.getUserProperties());
    }
    try {
      run();
    } catch (IOException e) {
      throw new MojoExecutionException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("interrupted", e);
    }
  }

  /** What is given as {@code -DPREFIX.NAME=VALUE}: the prefix and where it goes. */
  Map<String, Map<String, String>> maps() {
    return Map.of();
  }

  /** The goal's work. */
  abstract void run() throws MojoExecutionException, IOException, InterruptedException;

  /** The folder for what this plugin makes: {@code target/jbuild}. */
  final Path folder() throws IOException {
    return Files.createDirectories(Path.of(project.getBuild().getDirectory(), "jbuild"));
  }

  /** The program, with the environment that Maven's own settings ask for. */
  final Program program() throws MojoExecutionException, IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    if (root != null) {
      environment.put("JBUILD_ROOT", root);
    }
    Optional<Instant> time = timestamp();
    if (time.isPresent()) {
      environment.put("SOURCE_DATE_EPOCH", Long.toString(time.get().getEpochSecond()));
    }
    Path found =
        new Distributions(session, repositories, getLog())
            .find(Optional.ofNullable(executable), version());
    if (executable == null) {
      Machine.check(found);
    } // else it may become root
    return new Program(found, environment, getLog());
  }

  private String version() {
    return execution.getMojoDescriptor().getPluginDescriptor().getVersion();
  }

  /** The time in the image; nothing where the project does not ask for reproducible builds. */
  final Optional<Instant> timestamp() throws MojoExecutionException {
    // "x" and the like are Maven's way of saying: not at all
    if (outputTimestamp == null || outputTimestamp.length() < 2) {
      return Optional.empty();
    }
    try {
      return Optional.of(Timestamps.parse(outputTimestamp));
    } catch (DateTimeException | NumberFormatException e) {
      throw new MojoExecutionException(
          "project.build.outputTimestamp is '"
              + outputTimestamp
              + "': write it as 2026-01-31T00:00:00Z",
          e);
    }
  }

  final boolean offline() {
    return session.isOffline();
  }
}
