package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Json;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.Output;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What {@code --metadata-file} says, with buildx's keys. */
final class BuildMetadata {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

  private BuildMetadata() {}

  /** The keys in buildx's order. */
  static Json.Obj of(BuildRequest request, LocalImage image, Descriptor written) {
    Json.Obj json =
        Json.obj()
            .with("buildx.build.ref", "default/default/" + reference())
            .with("containerimage.config.digest", image.id().toString())
            .with("containerimage.descriptor", written.toJson())
            .with("containerimage.digest", written.digest().toString());
    Set<String> names = new LinkedHashSet<>();
    request.tags().forEach(tag -> names.add(tag.toString()));
    for (Output output : request.outputs()) {
      BuildOutputs.ownNames(output).forEach(name -> names.add(name.toString()));
    }
    return names.isEmpty() ? json : json.with("image.name", String.join(",", names));
  }

  private static String reference() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      text.append(ALPHABET.charAt(ThreadLocalRandom.current().nextInt(ALPHABET.length())));
    }
    return text.toString();
  }
}
