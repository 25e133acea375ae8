package dev.jbuild.solve;

import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Platform;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.Output;
import dev.jbuild.runtime.ShimBinary;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/** Builds with a store of their own; every image that is asked for is missing. */
final class Builds {
  final Store store;
  final Layers layers;
  final Path context;
  final SequencedMap<String, String> arguments = new LinkedHashMap<>();
  final SequencedMap<String, String> labels = new LinkedHashMap<>();
  final Map<String, String> named = new LinkedHashMap<>();
  final List<Platform> platforms = new ArrayList<>();
  final List<BuildEvent> events = new ArrayList<>();
  Optional<String> target = Optional.empty();
  Set<String> allow = Set.of();
  boolean squash;
  Output output = new Output.Image();

  Builds(Path temp) throws IOException {
    store = Store.open(temp.resolve("store"));
    layers = Layers.open(temp.resolve("store"));
    context = Files.createDirectories(temp.resolve("context"));
  }

  BuildResult build(String... lines) throws IOException, InterruptedException {
    events.clear();
    BuildRequest request =
        new BuildRequest(
            new BuildRequest.Source(
                Optional.of(context),
                "Dockerfile",
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                named,
                OptionalLong.empty()),
            List.of(),
            arguments,
            target,
            platforms,
            new BuildRequest.CacheOptions(false, Set.of(), false),
            new BuildRequest.RunOptions(
                "none", 1 << 20, List.of(), List.of(), Map.of(), Map.of(), allow),
            labels,
            new LinkedHashMap<>(),
            List.of(output),
            Optional.empty(),
            Optional.empty(),
            squash);
    return new Builder(
            store,
            layers,
            (reference, _, _, _) -> {
              throw new IOException("there is no " + reference);
            },
            ShimBinary.locate(),
            new Evidence(store))
        .build(request, events::add);
  }
}
