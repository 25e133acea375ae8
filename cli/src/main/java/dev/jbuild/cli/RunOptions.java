package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.runtime.Capabilities;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Rlimit;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.runtime.Seccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The flags of a run, read and checked.
 *
 * @param image a name or an id
 * @param command empty for the image's own
 */
record RunOptions(
    String image,
    List<String> command,
    Optional<String> name,
    Program program,
    List<SandboxMount> mounts,
    Isolation isolation,
    List<String> extraHosts,
    Place place) {

  /**
   * What differs from the image's own process.
   *
   * @param environment {@code NAME=value}, in order
   * @param entrypoint present and empty: none
   */
  record Program(
      List<String> environment,
      Optional<String> workingDirectory,
      Optional<String> user,
      Optional<String> entrypoint) {}

  /** Where it comes from and what stays. */
  record Place(
      boolean remove, boolean interactive, boolean tty, Pull pull, Optional<Platform> platform) {}

  /** When the registry is asked. */
  enum Pull {
    ALWAYS,
    MISSING,
    NEVER
  }

  /** Flags whose wish would be ignored silently otherwise; docker's, for what is not there yet. */
  private static final List<String> NOT_YET =
      List.of("--detach", "--publish", "--publish-all", "--restart");

  static Syntax syntax() {
    return new Syntax("run", "IMAGE [COMMAND] [ARG...]", "Run a command in a new container")
        .values("--add-host", "host:ip", "Add a line to /etc/hosts")
        .values("--cap-add", "capability", "Add a capability, e.g. NET_ADMIN or ALL")
        .values("--cap-drop", "capability", "Drop a capability")
        .value("--entrypoint", "program", "Instead of the image's ENTRYPOINT")
        .values("-e --env", "NAME[=value]", "Set a variable; without a value, from the environment")
        .values("--env-file", "file", "Set variables from the lines of a file")
        .value("-h --hostname", "name", "The container's host name")
        .flag("--init", "Run a small init as first process")
        .flag("-i --interactive", "Keep stdin open")
        .values("--mount", "type=...", "type=bind|tmpfs,src=...,dst=...[,ro]")
        .value("--name", "name", "The container's name")
        .value("--network", "mode", "host (the default) or none")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .flag("--privileged", "All capabilities and devices")
        .value("--pull", "when", "Ask the registry: always, missing or never")
        .flag("--read-only", "Nothing can be written to the root file system")
        .flag("--rm", "Remove the container when it has ended")
        .values("--security-opt", "option", "no-new-privileges or seccomp=unconfined")
        .value("--shm-size", "bytes", "Size of /dev/shm")
        .values("--tmpfs", "path[:opts]", "Mount an empty folder in memory")
        .flag("-t --tty", "Give it a terminal")
        .values("--ulimit", "name=soft[:hard]", "Set a resource limit")
        .value("-u --user", "name[:group]", "Run as this user")
        .values("-v --volume", "src:dst[:ro]", "Mount a file or folder of the host")
        .value("-w --workdir", "dir", "The working directory")
        .acceptedFlags("-d --detach", "-P --publish-all", "-q --quiet", "--sig-proxy")
        .acceptedValues("--publish", "-p", "--restart", "--stop-signal", "--stop-timeout")
        .acceptedValues("-l --label", "--log-driver", "--log-opt", "--detach-keys", "--annotation")
        .operands(1, Integer.MAX_VALUE)
        .endAtOperand();
  }

  /**
   * Reads the flags.
   *
   * @throws UsageException when a value makes no sense, or asks for what there is not
   */
  static RunOptions read(Arguments given, Map<String, String> environment) throws IOException {
    refuseWhatIsNotThere(given);
    return new RunOptions(
        given.operand(0),
        given.operands().subList(1, given.operands().size()),
        given.value("--name"),
        new Program(
            environment(given, environment),
            given.value("--workdir"),
            given.value("--user"),
            given.value("--entrypoint")),
        Mounts.read(given),
        isolation(given),
        given.values("--add-host"),
        place(given, environment));
  }

  private static void refuseWhatIsNotThere(Arguments given) {
    for (String name : NOT_YET) {
      boolean asked =
          name.equals("--detach") || name.equals("--publish-all")
              ? given.flag(name)
              : !given.values(name).isEmpty();
      boolean harmless = name.equals("--restart") && given.values(name).equals(List.of("no"));
      if (asked && !harmless || name.equals("--publish") && !given.values("-p").isEmpty()) {
        throw new UsageException(
            name + " is not supported: containers run in the foreground, on the host's network");
      }
    }
  }

  private static Place place(Arguments given, Map<String, String> environment) {
    Pull pull =
        switch (given.value("--pull").orElse("missing")) {
          case "always" -> Pull.ALWAYS;
          case "missing" -> Pull.MISSING;
          case "never" -> Pull.NEVER;
          default -> throw new UsageException("--pull is always, missing or never");
        };
    return new Place(
        given.flag("--rm"),
        given.flag("--interactive"),
        given.flag("--tty"),
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

  private static List<String> environment(Arguments given, Map<String, String> environment)
      throws IOException {
    SequencedMap<String, String> variables = new LinkedHashMap<>();
    for (String file : given.values("--env-file")) {
      for (String line : Files.readString(Path.of(file), StandardCharsets.UTF_8).lines().toList()) {
        String text = line.stripLeading();
        if (!text.isEmpty() && !text.startsWith("#")) {
          put(variables, text, environment);
        }
      }
    }
    for (String text : given.values("--env")) {
      put(variables, text, environment);
    }
    List<String> all = new ArrayList<>();
    variables.forEach((name, value) -> all.add(name + "=" + value));
    return all;
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

  private static Isolation isolation(Arguments given) {
    Isolation isolation =
        Isolation.docker()
            .withNetwork(network(given.value("--network").orElse("host")))
            .withHostname(given.value("--hostname").orElse(""))
            .withPrivileged(given.flag("--privileged"))
            .withReadOnlyRoot(given.flag("--read-only"))
            .withInit(given.flag("--init"))
            .withRlimits(given.values("--ulimit").stream().map(RunOptions::limit).toList());
    try {
      isolation =
          isolation.withCapabilities(
              Capabilities.adjust(
                  isolation.capabilities(), given.values("--cap-add"), given.values("--cap-drop")));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Optional<String> shm = given.value("--shm-size");
    if (shm.isPresent()) {
      isolation =
          isolation.withShmSize(
              Sizes.parse(shm.get())
                  .orElseThrow(
                      () -> new UsageException("invalid size for --shm-size: " + shm.get())));
    }
    for (String option : given.values("--security-opt")) {
      isolation = secured(isolation, option);
    }
    return isolation;
  }

  private static Isolation secured(Isolation isolation, String option) {
    return switch (option.replace(':', '=')) {
      case "no-new-privileges", "no-new-privileges=true" -> isolation.withNoNewPrivileges(true);
      case "no-new-privileges=false" -> isolation.withNoNewPrivileges(false);
      case "seccomp=unconfined" -> isolation.withSeccomp(new Seccomp.Unconfined());
      case "apparmor=unconfined", "label=disable", "systempaths=unconfined" -> isolation;
      default ->
          throw new UsageException(
              "invalid --security-opt: "
                  + option
                  + ": there are no-new-privileges and seccomp=unconfined");
    };
  }

  /** {@code nofile=1024:4096}, or one number for both; -1 is no limit. */
  private static Rlimit limit(String text) {
    int equals = text.indexOf('=');
    int colon = text.indexOf(':');
    try {
      String soft = text.substring(equals + 1, colon < 0 ? text.length() : colon);
      String hard = colon < 0 ? soft : text.substring(colon + 1);
      return new Rlimit(
          text.substring(0, Math.max(0, equals)), Long.parseLong(soft), Long.parseLong(hard));
    } catch (NumberFormatException | StringIndexOutOfBoundsException _) {
      throw new UsageException("invalid ulimit: " + text + ": write e.g. nofile=1024:4096");
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static Network network(String mode) {
    return switch (mode) {
      case "host", "default" -> new Network.Host();
      case "none" -> new Network.None();
      default ->
          throw new UsageException("network " + mode + " not found: there are host and none");
    };
  }
}
