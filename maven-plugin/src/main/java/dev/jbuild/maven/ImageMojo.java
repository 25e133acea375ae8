package dev.jbuild.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** A goal that is about the project's image. */
@SuppressWarnings("NullAway.Init") // Maven sets the fields
abstract class ImageMojo extends JbuildMojo {
  /** Name of the image, with or without a tag. By default ARTIFACT:VERSION. */
  @Parameter(property = "jbuild.image")
  @Nullable String image;

  /** More tags for it, e.g. {@code latest}, or whole names. */
  @Parameter(property = "jbuild.tags")
  List<String> tags = new ArrayList<>();

  /**
   * The Dockerfile. By default {@code Dockerfile} or {@code src/main/docker/Dockerfile}, else none
   * is needed.
   */
  @Parameter(property = "jbuild.dockerfile")
  @Nullable String dockerfile;

  /** The folder that COPY copies from. */
  @Parameter(property = "jbuild.contextDirectory", defaultValue = "${project.basedir}")
  File contextDirectory;

  /** Build up to this stage. */
  @Parameter(property = "jbuild.target")
  @Nullable String target;

  /** Platforms of the image, e.g. {@code linux/arm64}. */
  @Parameter(property = "jbuild.platforms")
  List<String> platforms = new ArrayList<>();

  /**
   * Values for ARG, also as {@code -Djbuild.args.NAME=VALUE}. PROJECT_GROUP_ID,
   * PROJECT_ARTIFACT_ID, PROJECT_VERSION, PROJECT_NAME and JAR_FILE are set by themselves.
   */
  @Parameter Map<String, String> args = new LinkedHashMap<>();

  /**
   * Labels, also as {@code -Djbuild.labels.NAME=VALUE}, beside those of the Open Containers
   * Initiative that the POM answers; an empty value leaves one out.
   */
  @Parameter Map<String, String> labels = new LinkedHashMap<>();

  /**
   * Secrets for {@code RUN --mount=type=secret}: id and file, also as {@code
   * -Djbuild.secrets.ID=FILE}.
   */
  @Parameter Map<String, String> secrets = new LinkedHashMap<>();

  /**
   * More named contexts: name and folder or {@code docker-image://NAME}, also as {@code
   * -Djbuild.contexts.NAME=FOLDER}.
   */
  @Parameter Map<String, String> contexts = new LinkedHashMap<>();

  /** Run every step anew. */
  @Parameter(property = "jbuild.noCache", defaultValue = "false")
  boolean noCache;

  /** Ask the registry whether base images have changed. */
  @Parameter(property = "jbuild.pull", defaultValue = "false")
  boolean pull;

  /** More options of {@code jbuild build}, as they are. */
  @Parameter(property = "jbuild.options")
  List<String> options = new ArrayList<>();

  /**
   * Without a Dockerfile: what the image is made on. By default Eclipse Temurin's runtime of the
   * project's Java.
   */
  @Parameter(property = "jbuild.baseImage")
  @Nullable String baseImage;

  /**
   * Without a Dockerfile: the class with the main method. By default the jar's, else the only one
   * there is.
   */
  @Parameter(property = "jbuild.mainClass")
  @Nullable String mainClass;

  /** Without a Dockerfile: options of the JVM. */
  @Parameter(property = "jbuild.jvmFlags")
  List<String> jvmFlags = new ArrayList<>();

  /** Without a Dockerfile: arguments of the program. */
  @Parameter(property = "jbuild.arguments")
  List<String> arguments = new ArrayList<>();

  /** Without a Dockerfile: ports that it listens on. */
  @Parameter(property = "jbuild.ports")
  List<String> ports = new ArrayList<>();

  /**
   * Without a Dockerfile: environment variables, also as {@code -Djbuild.environment.NAME=VALUE}.
   */
  @Parameter Map<String, String> environment = new LinkedHashMap<>();

  /** Without a Dockerfile: the user that it runs as, by number or name. */
  @Parameter(property = "jbuild.user")
  @Nullable String user;

  /** Without a Dockerfile: the folder that it starts in. */
  @Parameter(property = "jbuild.workingDirectory", defaultValue = "/app")
  String workingDirectory;

  /** Without a Dockerfile: folders whose content outlives a container. */
  @Parameter(property = "jbuild.volumes")
  List<String> volumes = new ArrayList<>();

  @Override
  final Map<String, Map<String, String>> maps() {
    return Map.of(
        "jbuild.args.", args,
        "jbuild.labels.", labels,
        "jbuild.secrets.", secrets,
        "jbuild.contexts.", contexts,
        "jbuild.environment.", environment);
  }

  @Override
  final void run() throws MojoExecutionException, IOException, InterruptedException {
    if (ImageBuild.nothingToDo(this)) {
      getLog().info("jbuild: nothing to build in a project of packaging pom without a Dockerfile");
      return;
    }
    image();
  }

  /** The goal's work, in a project that has an image. */
  abstract void image() throws MojoExecutionException, IOException, InterruptedException;

  /** Name and tag of the image. */
  final String imageName() {
    return Names.of(image, project);
  }

  /** All its names. */
  final List<String> imageNames() {
    List<String> names = new ArrayList<>(List.of(imageName()));
    String stem = imageName().substring(0, imageName().lastIndexOf(':'));
    for (String tag : tags) {
      String name = tag.contains(":") || tag.contains("/") ? tag : stem + ":" + tag;
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  final Path base() {
    return project.getBasedir().toPath();
  }
}
