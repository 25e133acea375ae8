package dev.jbuild.cli;

import dev.jbuild.engine.archive.Packing;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.BuildRequest.Secret;
import dev.jbuild.plan.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From the flags of a build to the builder's request. */
final class BuildRequests {
  private BuildRequests() {}

  static BuildRequest of(BuildOptions options, BuildInput input, Map<String, String> environment) {
    BuildOptions.Steps steps = options.steps();
    return new BuildRequest(
        new BuildRequest.Source(
            input.context(),
            input.dockerfileName(),
            input.dockerfile(),
            input.ignoreFile(),
            options.namedContexts(),
            input.epoch()),
        options.tags(),
        options.arguments(),
        options.target(),
        options.platforms(),
        new BuildRequest.CacheOptions(
            options.cache().disabled(),
            new HashSet<>(options.cache().disabledStages()),
            options.cache().pull()),
        new BuildRequest.RunOptions(
            steps.network(),
            steps.shmSize(),
            steps.extraHosts(),
            steps.ulimits(),
            secrets(steps, environment),
            agents(steps.ssh(), environment),
            new HashSet<>(steps.allow())),
        options.metadata().labels(),
        options.metadata().annotations(),
        outputs(options),
        options.results().imageIdFile().map(Path::of),
        options.results().metadataFile().map(Path::of),
        options.squash());
  }

  /** As in buildx, without src and env the id names a variable, and else a file. */
  private static Map<String, Secret> secrets(
      BuildOptions.Steps steps, Map<String, String> environment) {
    Map<String, Secret> secrets = new LinkedHashMap<>();
    for (Map<String, String> fields : steps.secrets()) {
      String id = fields.getOrDefault("id", "");
      if (id.isEmpty()) {
        throw new UsageException("a --secret needs an id, e.g. id=token,src=token.txt");
      }
      boolean variable = fields.getOrDefault("type", "").equals("env");
      String source = fields.getOrDefault("src", fields.getOrDefault("source", ""));
      String name = fields.getOrDefault("env", variable ? source : "");
      if (name.isEmpty() && source.isEmpty() && environment.containsKey(id)) {
        name = id;
      }
      secrets.put(
          id,
          name.isEmpty()
              ? file(id, source.isEmpty() ? id : source)
              : new Secret.Value(environment.getOrDefault(name, "")));
    }
    return secrets;
  }

  private static Secret file(String id, String source) {
    Path path = Path.of(source).toAbsolutePath();
    if (!Files.isRegularFile(path)) {
      throw new UsageException("the secret " + id + " is to come from " + path + ": no such file");
    }
    return new Secret.File(path);
  }

  /** {@code default}, {@code ID} or {@code ID=SOCKET} or {@code ID=KEY,KEY}. */
  private static Map<String, List<Path>> agents(
      List<String> texts, Map<String, String> environment) {
    Map<String, List<Path>> agents = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String named =
          equals < 0 ? environment.getOrDefault("SSH_AUTH_SOCK", "") : text.substring(equals + 1);
      if (named.isEmpty()) {
        throw new UsageException(
            "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set, or write "
                + text
                + "=/path/of/a/socket");
      }
      List<Path> sources = new ArrayList<>();
      for (String source : named.split(",", -1)) {
        Path path = Path.of(source).toAbsolutePath();
        if (source.isEmpty() || !Files.exists(path)) {
          throw new UsageException("--ssh " + text + ": there is no agent and no key at " + path);
        }
        sources.add(path);
      }
      agents.put(equals < 0 ? text : text.substring(0, equals), sources);
    }
    return agents;
  }

  private static List<Output> outputs(BuildOptions options) {
    List<Output> outputs = new ArrayList<>();
    for (Map<String, String> fields : options.results().outputs()) {
      outputs.addAll(outputs(fields));
    }
    if (options.results().push()) {
      outputs.add(new Output.Push(Optional.empty(), Map.of()));
    }
    boolean kept =
        outputs.isEmpty()
            || options.results().load()
            || outputs.stream().allMatch(output -> output instanceof Output.Push);
    if (kept && outputs.stream().noneMatch(output -> output instanceof Output.Image)) {
      outputs.addFirst(new Output.Image());
    }
    return outputs;
  }

  private static List<Output> outputs(Map<String, String> fields) {
    String type = fields.getOrDefault("type", "");
    String destination = fields.getOrDefault("dest", fields.getOrDefault("destination", ""));
    Optional<String> name = Optional.ofNullable(fields.get("name")).filter(n -> !n.isBlank());
    checkAnnotations(fields);
    return switch (type) {
      case "docker" ->
          List.of(
              destination.isEmpty()
                  ? new Output.Image(name, fields)
                  : new Output.Archive(true, destination, fields));
      case "oci" ->
          List.of(new Output.Archive(false, destination.isEmpty() ? "-" : destination, fields));
      case "local" -> List.of(new Output.Files(false, required(type, destination), fields));
      case "tar" ->
          List.of(new Output.Files(true, destination.isEmpty() ? "-" : destination, fields));
      case "registry" -> List.of(new Output.Push(name, fields));
      case "image" ->
          Packing.isTrue("push", fields.getOrDefault("push", "false"))
              ? List.of(new Output.Image(name, fields), new Output.Push(name, fields))
              : List.of(new Output.Image(name, fields));
      default ->
          throw new UsageException(
              "unknown output type "
                  + type
                  + ": there are local, tar, oci, docker, image and registry");
    };
  }

  /** What would be lost without a word is refused. */
  private static void checkAnnotations(Map<String, String> fields) {
    for (String key : fields.keySet()) {
      if (key.startsWith("annotation")
          && BuildOutputs.ANNOTATIONS.stream().noneMatch(key::startsWith)) {
        throw new UsageException(
            "unknown output field "
                + key
                + ": annotations are written "
                + String.join("KEY=VALUE, ", BuildOutputs.ANNOTATIONS)
                + "KEY=VALUE");
      }
    }
  }

  private static String required(String type, String destination) {
    if (destination.isEmpty()) {
      throw new UsageException("output type " + type + " needs a destination, e.g. dest=out");
    }
    return destination;
  }
}
