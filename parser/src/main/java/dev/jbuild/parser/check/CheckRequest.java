package dev.jbuild.parser.check;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.IgnoreRules;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is known beside the Dockerfile.
 *
 * @param options what the file's directive says, or who overrides it
 * @param arguments {@code --build-arg}
 * @param predefined TARGETPLATFORM and kin
 * @param target the stage to build; without one, all stages are looked at
 * @param platform what the image is for
 * @param ignored the context's ignore rules
 * @param images looks up an image by its name; where it does not know one, what depends on the
 *     image is not said
 */
public record CheckRequest(
    CheckOptions options,
    Map<String, String> arguments,
    Map<String, String> predefined,
    Optional<String> target,
    Platform platform,
    IgnoreRules ignored,
    Function<String, Optional<BaseImage>> images) {
  public CheckRequest {
    arguments = Map.copyOf(arguments);
    predefined = Map.copyOf(predefined);
  }
}
