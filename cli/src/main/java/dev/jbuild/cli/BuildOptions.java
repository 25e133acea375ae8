package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.progress.ProgressMode;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The flags of a build, read and checked; nothing is looked up in the file system yet.
 *
 * @param context a folder, or {@code -} for standard input
 * @param file {@code -f}; absent for the usual name in the context
 * @param arguments {@code --build-arg}; those without a value have taken it from the environment
 */
record BuildOptions(
    String context,
    Optional<String> file,
    List<ImageReference> tags,
    SequencedMap<String, String> arguments,
    SequencedMap<String, String> namedContexts,
    Optional<String> target,
    List<Platform> platforms,
    Cache cache,
    Steps steps,
    Metadata metadata,
    Results results,
    boolean squash) {

  /** What may come from the cache. */
  record Cache(boolean disabled, List<String> disabledStages, boolean pull) {}

  /** How steps run. */
  record Steps(
      String network,
      long shmSize,
      List<String> extraHosts,
      List<String> ulimits,
      List<SequencedMap<String, String>> secrets,
      List<String> ssh,
      List<String> allow) {}

  /** What is written into the image beside what the Dockerfile says. */
  record Metadata(SequencedMap<String, String> labels, SequencedMap<String, String> annotations) {}

  /** Where results go and how the way there is shown. */
  record Results(
      List<SequencedMap<String, String>> outputs,
      boolean push,
      boolean load,
      Optional<String> imageIdFile,
      Optional<String> metadataFile,
      ProgressMode progress,
      boolean quiet) {}

  /** Flags that docker has and that have no effect here; to be said, not to be silent about. */
  private static final List<String> WITHOUT_EFFECT = List.of("--cgroup-parent");

  static Syntax syntax() {
    return new Syntax("build", "PATH | -", "Build an image from a Dockerfile")
        .values("-t --tag", "name[:tag]", "Name of the image; may be given more than once")
        .value("-f --file", "file", "The Dockerfile, \"-\" for stdin (default PATH/Dockerfile)")
        .values("--build-arg", "NAME[=value]", "Set an ARG; without a value, from the environment")
        .values("--build-context", "name=path", "Another context, a folder or docker-image://NAME")
        .value("--target", "stage", "Build up to this stage")
        .values("--platform", "os/arch", "Platform of the image")
        .flag("--no-cache", "Run every step anew")
        .values("--no-cache-filter", "stage,...", "Run every step of these stages anew")
        .flag("--pull", "Ask the registry whether base images have changed")
        .flag("--push", "Push the image after the build")
        .flag("--load", "Keep the image in the local store (the default)")
        .values(
            "-o --output",
            "dir|type=...",
            "Write the result: type=local|tar|oci|docker|registry,dest=...")
        .values("--secret", "id=...,src=...", "A secret for RUN --mount=type=secret")
        .values("--ssh", "id[=socket|key]", "An SSH agent or key for RUN --mount=type=ssh")
        .value("--network", "mode", "Network of RUN steps: default, host or none")
        .values("--add-host", "host:ip", "Add a line to /etc/hosts of RUN steps")
        .values("--label", "key=value", "Add a label to the image")
        .values("--annotation", "key=value", "Add an annotation to the manifest")
        .value("--iidfile", "file", "Write the image's id to a file")
        .value("--metadata-file", "file", "Write what was built to a file, as JSON")
        .value("--progress", "mode", "auto, plain, tty, quiet, rawjson or none")
        .flag("-q --quiet", "Print nothing but the image's id")
        .flag("--check", "Check the Dockerfile and build nothing")
        .value(
            "--call",
            "method",
            "What to do with the Dockerfile: build, check, outline or targets[,format=json]")
        .values("--allow", "entitlement", "Allow network.host or security.insecure to steps")
        .value("--shm-size", "bytes", "Size of /dev/shm in RUN steps")
        .values("--ulimit", "name=soft[:hard]", "Resource limit of RUN steps")
        .values("--cache-from", "source", "Take steps from type=registry,ref=… or type=local,src=…")
        .values("--cache-to", "target", "Send steps to type=registry|local|inline[,mode=max]")
        .value("--cache-max-size", "bytes", "Afterwards drop the oldest build cache beyond this")
        .value("--max-layer-size", "bytes", "How much a layer or an archive may unpack to")
        .acceptedValues("--cgroup-parent", "--memory", "--memory-swap")
        .acceptedValues("--cpu-period", "--cpu-quota", "--cpu-shares", "--cpuset-cpus")
        .acceptedValues("--cpuset-mems", "--isolation", "--security-opt", "--provenance", "--sbom")
        .acceptedValues("--attest", "--builder", "--resource", "--policy")
        .flag("--squash", "Make all layers of the build one")
        .acceptedFlags("--rm", "--force-rm", "--compress")
        .operands(1, 1);
  }

  /**
   * Reads the flags.
   *
   * @throws UsageException when a value makes no sense
   */
  static BuildOptions read(Arguments given, Map<String, String> environment) {
    return new BuildOptions(
        given.operand(0),
        given.value("--file"),
        references(given.values("--tag")),
        arguments(given.values("--build-arg"), environment),
        pairs("--build-context", given.values("--build-context")),
        given.value("--target"),
        platforms(given.values("--platform"), environment),
        new Cache(
            given.flag("--no-cache"),
            commas(given.values("--no-cache-filter")),
            given.flag("--pull")),
        steps(given),
        new Metadata(
            pairs("--label", given.values("--label")),
            pairs("--annotation", given.values("--annotation"))),
        results(given, environment),
        given.flag("--squash"));
  }

  /** What was given and has no effect. */
  static List<String> withoutEffect(Arguments given) {
    return WITHOUT_EFFECT.stream().filter(name -> !given.values(name).isEmpty()).toList();
  }

  private static Steps steps(Arguments given) {
    String size = given.value("--shm-size").orElse("64m");
    long shmSize =
        Sizes.parse(size).orElseThrow(() -> invalid(size, "--shm-size", "write e.g. 64m or 1g"));
    String network = given.value("--network").orElse("default");
    return new Steps(
        network,
        shmSize,
        given.values("--add-host"),
        given.values("--ulimit"),
        given.values("--secret").stream().map(s -> Fields.parse("--secret", s)).toList(),
        given.values("--ssh"),
        commas(given.values("--allow")));
  }

  private static Results results(Arguments given, Map<String, String> environment) {
    boolean quiet = given.flag("--quiet");
    String progress =
        given
            .value("--progress")
            .orElseGet(() -> environment.getOrDefault("BUILDKIT_PROGRESS", "auto"));
    return new Results(
        given.values("--output").stream().map(BuildOptions::output).toList(),
        given.flag("--push"),
        given.flag("--load"),
        given.value("--iidfile"),
        given.value("--metadata-file"),
        quiet ? ProgressMode.QUIET : mode(progress),
        quiet);
  }

  private static ProgressMode mode(String text) {
    try {
      return ProgressMode.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** {@code -o DIR} is short for type=local, {@code -o -} for a tar on standard output. */
  private static SequencedMap<String, String> output(String text) {
    if (text.equals("-")) {
      return Fields.parse("--output", "type=tar,dest=-");
    }
    if (text.indexOf('=') < 0) {
      SequencedMap<String, String> local = new LinkedHashMap<>();
      local.put("type", "local");
      local.put("dest", text);
      return local;
    }
    SequencedMap<String, String> fields = Fields.parse("--output", text);
    if (!fields.containsKey("type")) {
      throw invalid(text, "--output", "type is required, e.g. type=oci,dest=image.tar");
    }
    return fields;
  }

  private static List<ImageReference> references(List<String> texts) {
    List<ImageReference> references = new ArrayList<>();
    for (String text : texts) {
      try {
        references.add(ImageReference.parse(text).withDefaultTag());
      } catch (IllegalArgumentException e) {
        throw new UsageException(
            "invalid argument \"" + text + "\" for \"-t, --tag\" flag: " + e.getMessage());
      }
    }
    return references;
  }

  private static SequencedMap<String, String> arguments(
      List<String> texts, Map<String, String> environment) {
    SequencedMap<String, String> arguments = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String inherited = environment.get(text);
      if (equals == 0 || text.isEmpty()) {
        throw invalid(text, "--build-arg", "write NAME=value");
      } else if (equals > 0) {
        arguments.put(text.substring(0, equals), text.substring(equals + 1));
      } else if (inherited != null) {
        arguments.put(text, inherited);
      }
    }
    // reproducible-builds.org: the time that a build writes into what it makes
    String epoch = environment.get("SOURCE_DATE_EPOCH");
    if (epoch != null && !epoch.isEmpty()) {
      arguments.putIfAbsent("SOURCE_DATE_EPOCH", epoch);
    }
    return arguments;
  }

  private static List<Platform> platforms(List<String> texts, Map<String, String> environment) {
    List<String> wanted = commas(texts);
    String usual = environment.getOrDefault("DOCKER_DEFAULT_PLATFORM", "");
    List<Platform> platforms = new ArrayList<>();
    for (String text : wanted.isEmpty() && !usual.isEmpty() ? List.of(usual) : wanted) {
      try {
        platforms.add(Platform.parse(text));
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
    return platforms;
  }

  private static SequencedMap<String, String> pairs(String flag, List<String> texts) {
    SequencedMap<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals == 0 || equals < 0 && flag.equals("--build-context")) {
        throw invalid(text, flag, "write name=value");
      }
      pairs.put(
          equals < 0 ? text : text.substring(0, equals),
          equals < 0 ? "" : text.substring(equals + 1));
    }
    return pairs;
  }

  private static List<String> commas(List<String> texts) {
    List<String> all = new ArrayList<>();
    for (String text : texts) {
      all.addAll(Arrays.asList(text.split(",")));
    }
    all.removeIf(String::isBlank);
    return all;
  }

  private static UsageException invalid(String value, String flag, String hint) {
    return new UsageException(
        "invalid argument \"" + value + "\" for \"" + flag + "\" flag: " + hint);
  }
}
