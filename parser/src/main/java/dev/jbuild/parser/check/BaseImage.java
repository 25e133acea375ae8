package dev.jbuild.parser.check;

import dev.jbuild.oci.Platform;
import java.util.List;
import java.util.Map;

/**
 * What checks want to know of a base image.
 *
 * @param shell of its configuration, mostly empty
 * @param triggers its ONBUILD instructions
 */
public record BaseImage(
    Platform platform, Map<String, String> env, List<String> shell, List<String> triggers) {
  public BaseImage {
    env = Map.copyOf(env);
    shell = List.copyOf(shell);
    triggers = List.copyOf(triggers);
  }
}
