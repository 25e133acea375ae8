package dev.jbuild.cli;

import dev.jbuild.cache.Collector;
import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.Policy;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.engine.buildcache.BuildCaches;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Build caches that come from elsewhere and go there: {@code --cache-from}, {@code --cache-to}. */
final class BuildCaching {
  private final List<Map<String, String>> from;
  private final List<Map<String, String>> to;
  private final Optional<Long> maxSize;

  private BuildCaching(
      List<Map<String, String>> from, List<Map<String, String>> to, Optional<Long> maxSize) {
    this.from = from;
    this.to = to;
    this.maxSize = maxSize;
  }

  /**
   * Reads the flags.
   *
   * @throws UsageException when one makes no sense
   */
  static BuildCaching of(Arguments given) {
    List<Map<String, String>> from = new ArrayList<>();
    for (String text : given.values("--cache-from")) {
      from.add(source("--cache-from", text, List.of("registry", "local"), "src"));
    }
    List<Map<String, String>> to = new ArrayList<>();
    for (String text : given.values("--cache-to")) {
      to.add(source("--cache-to", text, List.of("registry", "local", "inline"), "dest"));
    }
    Optional<Long> maxSize =
        given
            .value("--cache-max-size")
            .map(text ->
                Sizes.parse(text)
                    .orElseThrow(
                        () -> new UsageException("invalid size for --cache-max-size: " + text)));
    return new BuildCaching(from, to, maxSize);
  }

  /** A bare name is a registry's, as docker has it. */
  private static Map<String, String> source(
      String flag, String text, List<String> types, String folder) {
    Map<String, String> fields =
        text.contains("=")
            ? Fields.parse(flag, text)
            : Fields.parse(flag, "type=registry,ref=" + text);
    String type = fields.getOrDefault("type", "registry");
    if (!types.contains(type)) {
      throw new UsageException(
          "unknown cache " + type + " for " + flag + ": there are " + String.join(", ", types));
    }
    String needed = type.equals("registry") ? "ref" : type.equals("local") ? folder : "type";
    if (!fields.containsKey(needed)) {
      throw new UsageException("invalid value for " + flag + ": " + needed + " is required");
    }
    String mode = fields.getOrDefault("mode", "min");
    if (!mode.equals("min") && !mode.equals("max")) {
      throw new UsageException(
          "invalid mode for " + flag + ": " + mode + ": there are min and max");
    }
    return fields;
  }

  /** Brings the caches; one that is not there or damaged is told and passed over. */
  void bring(Session session, BuildOutputs display, Evidence evidence) throws IOException {
    for (Map<String, String> source : from) {
      // what another machine has can be another thing the next time
      evidence.doubt();
      boolean local = source.getOrDefault("type", "").equals("local");
      String name = local ? source.getOrDefault("src", "") : source.getOrDefault("ref", "");
      display.step(
          "importing cache manifest from " + name,
          _ -> {
            BuildCaches caches = session.parts().buildCaches();
            BuildCaches.Imported imported =
                local
                    ? caches.read(Path.of(name), source.getOrDefault("tag", "latest"))
                    : caches.pull(ImageReference.parse(name).withDefaultTag());
            imported.warnings().forEach(w -> session.err().println("WARNING: " + w));
          });
    }
  }

  /** Makes the image carry its cache, where that is asked for. */
  void carry(Session session, BuildOutputs outputs, Evidence evidence, LocalImage image)
      throws IOException {
    for (Map<String, String> target : to) {
      evidence.doubt();
      if (target.getOrDefault("type", "").equals("inline")) {
        outputs.carry(session.parts().buildCaches().inline(evidence.steps(), image));
      }
    }
  }

  /** Sends the caches, and then keeps the store within its budget. */
  void send(Session session, BuildOutputs display, Evidence evidence, LocalImage image)
      throws IOException {
    for (Map<String, String> target : to) {
      boolean local = target.getOrDefault("type", "").equals("local");
      if (target.getOrDefault("type", "").equals("inline")) {
        continue;
      }
      Packing packing = Packing.of(target, false);
      Optional<LocalImage> only =
          target.getOrDefault("mode", "min").equals("max") ? Optional.empty() : Optional.of(image);
      BuildCaches caches = session.parts().buildCaches();
      display.step(
          "exporting cache to " + (local ? "client directory" : "registry"),
          _ -> {
            if (local) {
              caches.write(
                  Path.of(target.getOrDefault("dest", "")),
                  target.getOrDefault("tag", "latest"),
                  evidence.steps(),
                  only,
                  packing);
            } else {
              ImageReference name =
                  ImageReference.parse(target.getOrDefault("ref", "")).withDefaultTag();
              caches.push(name, evidence.steps(), only, packing);
            }
          });
    }
    if (maxSize.isPresent()) {
      new Collector(session.parts().store(), session.parts().layers())
          .collect(Policy.garbage().withMaxBytes(maxSize.get()));
    }
  }
}
