package dev.jbuild.maven;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/** A goal that runs a container of the image. */
@SuppressWarnings("NullAway.Init") // Maven sets the fields
abstract class ContainerMojo extends JbuildMojo {
  /** Name of the image. By default ARTIFACT:VERSION, as goal build has it. */
  @Parameter(property = "jbuild.image")
  @Nullable String image;

  /**
   * Environment variables of the container, also as {@code -Djbuild.run.environment.NAME=VALUE}.
   */
  @Parameter Map<String, String> runEnvironment = new LinkedHashMap<>();

  /** Ports of the container on this machine: {@code [IP:][PORT:]PORT}. */
  @Parameter(property = "jbuild.run.publish")
  List<String> publish = new ArrayList<>();

  /** Volumes: host path, container path and options, separated by colons. */
  @Parameter(property = "jbuild.run.volumes")
  List<String> volumes = new ArrayList<>();

  /** The command instead of the image's. */
  @Parameter(property = "jbuild.run.command")
  List<String> command = new ArrayList<>();

  /** More options of {@code jbuild run}, as they are. */
  @Parameter(property = "jbuild.run.options")
  List<String> runOptions = new ArrayList<>();

  @Override
  final Map<String, Map<String, String>> maps() {
    return Map.of("jbuild.run.environment.", runEnvironment);
  }

  /** The words of the call, before them those of the goal. */
  final List<String> words(String... first) throws MojoExecutionException {
    String name = Names.of(image, project);
    Names.check(List.of(name));
    List<String> words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(first));
    runEnvironment.forEach((key, value) -> words.addAll(List.of("--env", key + "=" + value)));
    publish.forEach(port -> words.addAll(List.of("--publish", port)));
    for (String volume : volumes) {
      boolean relative = volume.startsWith("./") || volume.startsWith("../");
      Path base = project.getBasedir().toPath();
      words.addAll(
          List.of("--volume", relative ? base.resolve(volume).normalize().toString() : volume));
    }
    words.addAll(runOptions);
    words.add(name);
    words.addAll(command);
    return words;
  }
}
