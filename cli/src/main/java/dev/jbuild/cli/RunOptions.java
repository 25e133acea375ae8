package dev.jbuild.cli;

import dev.jbuild.engine.container.ContainerSpec;
import dev.jbuild.engine.container.Signals;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The flags of run and create, read and checked.
 *
 * @param image a name or an id
 * @param spec what the container is to be
 */
record RunOptions(String image, ContainerSpec spec, Place place) {

  /**
   * Where it comes from and what stays.
   *
   * @param output whether somebody wants to see it
   */
  record Place(
      boolean detach,
      boolean remove,
      boolean interactive,
      boolean tty,
      boolean output,
      boolean proxy,
      String detachKeys,
      Optional<Path> idFile,
      Pull pull,
      Optional<Platform> platform) {}

  private static final List<String> HEALTH =
      List.of(
          "--health-cmd",
          "--health-interval",
          "--health-retries",
          "--health-start-interval",
          "--health-start-period",
          "--health-timeout");

  /** When the registry is asked. */
  enum Pull {
    ALWAYS,
    MISSING,
    NEVER
  }

  /**
   * Reads the flags.
   *
   * @throws UsageException when a value makes no sense, or asks for what there is not
   */
  static RunOptions read(Arguments given, Map<String, String> environment) throws IOException {
    Place place = place(given, environment);
    String restart = given.value("--restart").orElse("no");
    HostOptions.restart(restart);
    if (place.remove && !restart.equals("no")) {
      throw new UsageException("conflicting options: cannot specify both --restart and --rm");
    }
    ContainerSpec spec =
        new ContainerSpec(
            given.value("--name"),
            given.operand(0),
            config(given, environment, place),
            HostOptions.read(given),
            NetworkOptions.endpoints(given));
    return new RunOptions(given.operand(0), spec, place);
  }

  private static Place place(Arguments given, Map<String, String> environment) {
    Pull pull =
        switch (given.value("--pull").orElse("missing")) {
          case "always" -> Pull.ALWAYS;
          case "missing" -> Pull.MISSING;
          case "never" -> Pull.NEVER;
          default ->
              throw new UsageException(
                  "invalid pull option: '%s': must be one of \"always\", \"missing\" or \"never\""
                      .formatted(given.value("--pull").orElse("")));
        };
    List<String> streams = given.values("--attach");
    boolean detach = given.flag("--detach");
    if (detach && !streams.isEmpty()) {
      throw new UsageException("conflicting options: cannot specify both --attach and --detach");
    }
    boolean output =
        streams.isEmpty() || streams.stream().anyMatch(s -> !s.equalsIgnoreCase("stdin"));
    Optional<Path> idFile = given.value("--cidfile").map(Path::of);
    if (idFile.isPresent() && Files.exists(idFile.get())) {
      throw new UsageException(
          "container ID file found, make sure the other container isn't running or delete "
              + idFile.get());
    }
    return new Place(
        detach,
        given.flag("--rm"),
        given.flag("--interactive"),
        given.flag("--tty"),
        !detach && output,
        given.flag("--sig-proxy", true),
        DetachKeys.of(given),
        idFile,
        pull,
        platform(given, environment));
  }

  /** {@code --platform}, else the environment's. */
  static Optional<Platform> platform(Arguments given, Map<String, String> environment) {
    String text =
        given
            .value("--platform")
            .orElseGet(() -> environment.getOrDefault("DOCKER_DEFAULT_PLATFORM", ""));
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Platform.parse(text));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** The name of an image; without a tag it is {@code latest}. */
  static ImageReference reference(String text) {
    try {
      return ImageReference.parse(text).withDefaultTag();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static Json.Obj config(Arguments given, Map<String, String> environment, Place place)
      throws IOException {
    Json.Obj config =
        Json.obj()
            .withOptional("Hostname", given.value("--hostname"))
            .withOptional("Domainname", given.value("--domainname"))
            .withOptional("User", given.value("--user"))
            .with("AttachStdin", !place.detach && place.interactive)
            .with("AttachStdout", place.output)
            .with("AttachStderr", place.output)
            .with("Tty", place.tty)
            .with("OpenStdin", place.interactive)
            .with("StdinOnce", place.interactive && !place.detach)
            .with("Env", Json.texts(environment(given, environment)))
            .with("Cmd", Json.texts(given.operands().subList(1, given.operands().size())))
            .withOptional("WorkingDir", given.value("--workdir"))
            .with("Labels", Json.textMap(labels(given)))
            .with("ExposedPorts", NetworkOptions.exposed(given))
            .with("Volumes", Mounts.anonymous(given));
    Optional<String> entrypoint = given.value("--entrypoint");
    if (entrypoint.isPresent()) {
      config = config.with("Entrypoint", Json.texts(List.of(entrypoint.get())));
    }
    Optional<String> signal = given.value("--stop-signal");
    if (signal.isPresent()) {
      Signals.number(signal.get());
      config = config.with("StopSignal", signal.get());
    }
    if (given.value("--stop-timeout").isPresent()) {
      config =
          config.with("StopTimeout", HostOptions.number("--stop-timeout", given).orElseThrow());
    }
    Json.Obj health = health(given);
    return health.members().isEmpty() ? config : config.with("Healthcheck", health);
  }

  private static Json.Obj health(Arguments given) {
    if (given.flag("--no-healthcheck")) {
      for (String flag : HEALTH) {
        if (given.value(flag).isPresent()) {
          throw new UsageException("--no-healthcheck conflicts with --health-* options");
        }
      }
      return Json.obj().with("Test", Json.texts(List.of("NONE")));
    }
    Json.Obj health = Json.obj();
    Optional<String> command = given.value("--health-cmd");
    if (command.isPresent()) {
      health = health.with("Test", Json.texts(List.of("CMD-SHELL", command.get())));
    }
    String[][] names = {
      {"--health-interval", "Interval"},
      {"--health-timeout", "Timeout"},
      {"--health-start-period", "StartPeriod"},
      {"--health-start-interval", "StartInterval"},
    };
    for (String[] name : names) {
      Optional<String> text = given.value(name[0]);
      if (text.isPresent()) {
        health = health.with(name[1], duration(name[0], text.get()).toNanos());
      }
    }
    Optional<Long> retries = HostOptions.number("--health-retries", given);
    if (retries.orElse(0L) < 0) {
      throw new UsageException("--health-retries cannot be negative");
    }
    return retries.isPresent() ? health.with("Retries", retries.get()) : health;
  }

  private static Duration duration(String flag, String text) {
    return Times.duration(text)
        .orElseThrow(() ->
            new UsageException(
                "invalid argument \""
                    + text
                    + "\" for \""
                    + flag
                    + "\" flag: time: invalid duration \""
                    + text
                    + "\"; write e.g. 30s"));
  }

  /** Variables from files and flags; of one name the last. */
  static List<String> environment(Arguments given, Map<String, String> environment)
      throws IOException {
    SequencedMap<String, String> variables = new LinkedHashMap<>();
    for (String file : given.values("--env-file")) {
      for (String text : lines(file)) {
        put(variables, text, environment);
      }
    }
    for (String text : given.values("--env")) {
      put(variables, text, environment);
    }
    List<String> all = new ArrayList<>();
    variables.forEach((name, value) -> all.add(name + "=" + value));
    return all;
  }

  private static List<String> lines(String file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readString(Path.of(file), StandardCharsets.UTF_8).lines().toList()) {
      String text = line.stripLeading();
      if (!text.isEmpty() && !text.startsWith("#")) {
        lines.add(text);
      }
    }
    return lines;
  }

  private static void put(
      SequencedMap<String, String> variables, String text, Map<String, String> environment) {
    int equals = text.indexOf('=');
    String inherited = environment.get(text);
    if (equals == 0 || text.isEmpty()) {
      throw new UsageException("invalid environment variable: " + text + ": write NAME=value");
    } else if (equals > 0) {
      variables.put(text.substring(0, equals), text.substring(equals + 1));
    } else if (inherited != null) {
      variables.put(text, inherited);
    }
  }

  private static Map<String, String> labels(Arguments given) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String file : given.values("--label-file")) {
      texts.addAll(lines(file));
    }
    texts.addAll(given.values("--label"));
    return pairs(texts);
  }

  /** {@code key=value}; without a value it is empty. */
  static Map<String, String> pairs(List<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      pairs.put(
          equals < 0 ? text : text.substring(0, equals),
          equals < 0 ? "" : text.substring(equals + 1));
    }
    return pairs;
  }
}
