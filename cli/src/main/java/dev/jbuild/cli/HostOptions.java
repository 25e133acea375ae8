package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.Capabilities;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.Rlimit;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Flags of run that make the {@code HostConfig} of a container. */
final class HostOptions {

  private HostOptions() {}

  static Json.Obj read(Arguments given) throws IOException {
    Json.Obj host =
        Json.obj()
            .with("Binds", Json.texts(Mounts.binds(given)))
            .with("ContainerIDFile", given.value("--cidfile").orElse(""))
            .with("LogConfig", log(given))
            .with("NetworkMode", NetworkOptions.mode(given))
            .with("PortBindings", NetworkOptions.bindings(given))
            .with("RestartPolicy", restart(given.value("--restart").orElse("no")))
            .with("AutoRemove", given.flag("--rm"))
            .with("VolumesFrom", Json.texts(given.values("--volumes-from")))
            .with("CapAdd", Json.texts(given.values("--cap-add")))
            .with("CapDrop", Json.texts(given.values("--cap-drop")))
            .with("Dns", Json.texts(servers(given.values("--dns"))))
            .with("DnsOptions", Json.texts(given.values("--dns-option")))
            .with("DnsSearch", Json.texts(given.values("--dns-search")))
            .with("ExtraHosts", Json.texts(extraHosts(given.values("--add-host"))))
            .with("GroupAdd", Json.texts(given.values("--group-add")))
            .with("IpcMode", given.value("--ipc").orElse("private"))
            .with("Links", Json.texts(given.values("--link")))
            .with("PidMode", given.value("--pid").orElse(""))
            .with("Privileged", given.flag("--privileged"))
            .with("PublishAllPorts", given.flag("--publish-all"))
            .with("ReadonlyRootfs", given.flag("--read-only"))
            .with("SecurityOpt", Json.texts(securityOptions(given)))
            .with("UTSMode", given.value("--uts").orElse(""))
            .with("ShmSize", size(given, "--shm-size").orElse(64L << 20))
            .with("Sysctls", Json.textMap(RunOptions.pairs(given.values("--sysctl"))))
            .with("Tmpfs", Json.textMap(Mounts.tmpfs(given)))
            .with("Mounts", new Json.Arr(List.copyOf(Mounts.mounts(given))))
            .with("Init", given.flag("--init"))
            .with("Devices", new Json.Arr(devices(given.values("--device"))))
            .with("Ulimits", new Json.Arr(ulimits(given.values("--ulimit"))));
    checkCapabilities(given);
    return RareFlags.read(limits(host, given), given);
  }

  /** The limits that can be changed later, too; those that were not asked for are left out. */
  static Json.Obj limits(Json.Obj host, Arguments given) {
    Json.Obj all = host;
    String[][] sizes = {
      {"--memory", "Memory"},
      {"--memory-reservation", "MemoryReservation"},
      {"--memory-swap", "MemorySwap"},
    };
    for (String[] name : sizes) {
      Optional<Long> size = size(given, name[0]);
      all = size.isPresent() ? all.with(name[1], size.get()) : all;
    }
    String[][] numbers = {
      {"--cpu-period", "CpuPeriod"},
      {"--cpu-quota", "CpuQuota"},
      {"--cpu-shares", "CpuShares"},
      {"--pids-limit", "PidsLimit"},
    };
    for (String[] name : numbers) {
      Optional<Long> number = number(name[0], given);
      all = number.isPresent() ? all.with(name[1], number.get()) : all;
    }
    Optional<String> cpus = given.value("--cpus");
    if (cpus.isPresent()) {
      all = all.with("NanoCpus", nanoCpus(cpus.get()));
    }
    return all.withOptional("CpusetCpus", given.value("--cpuset-cpus"))
        .withOptional("CpusetMems", given.value("--cpuset-mems"));
  }

  private static long nanoCpus(String text) {
    try {
      return new BigDecimal(text).movePointRight(9).longValueExact();
    } catch (ArithmeticException | NumberFormatException _) {
      throw new UsageException("invalid argument \"" + text + "\" for \"--cpus\": write e.g. 1.5");
    }
  }

  static Optional<Long> number(String flag, Arguments given) {
    Optional<String> text = given.value(flag);
    try {
      return text.map(Long::parseLong);
    } catch (NumberFormatException _) {
      throw new UsageException(
          "invalid argument \""
              + text.get()
              + "\" for \""
              + flag
              + "\" flag: invalid syntax: not a number");
    }
  }

  private static Optional<Long> size(Arguments given, String flag) {
    Optional<String> text = given.value(flag);
    if (text.isPresent() && text.get().equals("-1")) {
      return Optional.of(-1L);
    }
    return text.map(t ->
        Sizes.parse(t)
            .orElseThrow(() ->
                new UsageException(
                    "invalid argument \"%s\" for \"%s\" flag: invalid size: '%s'"
                        .formatted(t, flag, t))));
  }

  private static Json.Obj log(Arguments given) {
    String driver = given.value("--log-driver").orElse("json-file");
    if (!List.of("json-file", "local", "none").contains(driver)) {
      throw new UsageException(
          "logger: no log driver named '"
              + driver
              + "' is registered: there are json-file, local"
              + " and none");
    }
    for (String option : given.values("--log-opt")) {
      checkLog(option);
    }
    return Json.obj()
        .with("Type", driver)
        .with("Config", Json.textMap(RunOptions.pairs(given.values("--log-opt"))));
  }

  private static void checkLog(String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = option.substring(equals + 1);
    switch (name) {
      case "max-size" -> {
        if (!value.equals("-1") && Sizes.parse(value).isEmpty()) {
          throw new UsageException("--log-opt max-size: invalid size: '" + value + "'");
        }
      }
      case "max-file" -> {
        if (value.isEmpty() || !value.chars().allMatch(Character::isDigit) || value.matches("0+")) {
          throw new UsageException("--log-opt max-file: invalid number: '" + value + "'");
        }
      }
      // They say what is written beside each line, or how; there it is as always.
      case "mode",
          "max-buffer-size",
          "compress",
          "labels",
          "labels-regex",
          "env",
          "env-regex",
          "tag",
          "cache-disabled",
          "cache-max-size",
          "cache-max-file",
          "cache-compress" -> {}
      default ->
          throw new UsageException(
              "unknown log opt '"
                  + name
                  + "' for json-file log driver; there are max-size and max-file");
    }
  }

  /** {@code on-failure:3} and the like. */
  static Json.Obj restart(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    boolean counted = name.equals("on-failure") || name.equals("on-unhealthy");
    boolean known = counted || List.of("no", "always", "unless-stopped", "").contains(name);
    if (!known || colon >= 0 && !counted) {
      throw new UsageException(
          "invalid restart policy: "
              + (known ? "maximum retry count cannot be used with " : "unknown policy ")
              + "'"
              + name
              + "'; use one of 'no', 'always', 'on-failure', 'unless-stopped' or 'on-unhealthy'");
    }
    try {
      long most = colon < 0 ? 0 : Long.parseLong(text.substring(colon + 1));
      return Json.obj().with("Name", name.isEmpty() ? "no" : name).with("MaximumRetryCount", most);
    } catch (NumberFormatException _) {
      throw new UsageException(
          "invalid restart policy format: maximum retry count must be an integer: " + text);
    }
  }

  private static List<String> servers(List<String> texts) {
    for (String text : texts) {
      // Only what an address is made of is looked at: no name is asked for.
      boolean six = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]+(%.+)?");
      if (!six && !text.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
        throw new UsageException(
            "invalid argument \"%s\" for \"--dns\" flag: IP address is not correctly formatted: %s"
                .formatted(text, text));
      }
    }
    return texts;
  }

  private static List<String> extraHosts(List<String> texts) {
    List<String> hosts = new ArrayList<>();
    for (String text : texts) {
      int cut = text.indexOf('=') >= 0 ? text.indexOf('=') : text.indexOf(':');
      if (cut <= 0 || cut == text.length() - 1) {
        throw new UsageException("bad format for add-host: \"" + text + "\"");
      }
      hosts.add(text.substring(0, cut) + ":" + text.substring(cut + 1));
    }
    return hosts;
  }

  private static List<String> securityOptions(Arguments given) {
    for (String option : given.values("--security-opt")) {
      switch (option.replace(':', '=')) {
        case "no-new-privileges",
            "no-new-privileges=true",
            "no-new-privileges=false",
            "seccomp=unconfined",
            "apparmor=unconfined",
            "label=disable",
            "systempaths=unconfined" -> {}
        default ->
            throw new UsageException(
                "invalid --security-opt: "
                    + option
                    + ": there are no-new-privileges and seccomp=unconfined");
      }
    }
    return given.values("--security-opt");
  }

  private static void checkCapabilities(Arguments given) {
    try {
      Capabilities.adjust(
          Isolation.docker().capabilities(), given.values("--cap-add"), given.values("--cap-drop"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static List<Json> devices(List<String> texts) {
    List<Json> devices = new ArrayList<>();
    for (String text : texts) {
      String[] parts = text.split(":", -1);
      boolean second = parts.length > 1 && parts[1].startsWith("/");
      devices.add(
          Json.obj()
              .with("PathOnHost", parts[0])
              .with("PathInContainer", second ? parts[1] : parts[0])
              .with(
                  "CgroupPermissions",
                  parts.length > 1 + (second ? 1 : 0) ? parts[parts.length - 1] : "rwm"));
    }
    return devices;
  }

  /** {@code nofile=1024:4096}, or one number for both; -1 is no limit. */
  private static List<Json> ulimits(List<String> texts) {
    List<Json> limits = new ArrayList<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      int colon = text.indexOf(':');
      try {
        String soft = text.substring(equals + 1, colon < 0 ? text.length() : colon);
        String hard = colon < 0 ? soft : text.substring(colon + 1);
        Rlimit limit =
            new Rlimit(
                text.substring(0, Math.max(0, equals)), Long.parseLong(soft), Long.parseLong(hard));
        limits.add(
            Json.obj()
                .with("Name", limit.name())
                .with("Hard", limit.hard())
                .with("Soft", limit.soft()));
      } catch (NumberFormatException | StringIndexOutOfBoundsException _) {
        throw new UsageException("invalid ulimit: " + text + ": write e.g. nofile=1024:4096");
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
    return limits;
  }
}
