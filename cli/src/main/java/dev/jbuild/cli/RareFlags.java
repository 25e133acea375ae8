package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Flags of run that few use: those that there are, those that mean nothing without a daemon, and
 * those that are refused, because a container without them would not be what was asked for.
 */
final class RareFlags {
  private static final String[][] DEVICE_RATES = {
    {"--device-read-bps", "BlkioDeviceReadBps"},
    {"--device-write-bps", "BlkioDeviceWriteBps"},
    {"--device-read-iops", "BlkioDeviceReadIOps"},
    {"--device-write-iops", "BlkioDeviceWriteIOps"},
  };

  private RareFlags() {}

  static void add(Syntax syntax) {
    syntax
        .values("--annotation", "key=value", "Note it in the container's definition")
        .value("--blkio-weight", "10-1000", "Share of a busy disk; 0: no weight of its own")
        .values("--device-read-bps", "device:rate", "Bytes per second that are read, e.g. 1mb")
        .values("--device-write-bps", "device:rate", "Bytes per second that are written")
        .values("--device-read-iops", "device:rate", "Reads per second")
        .values("--device-write-iops", "device:rate", "Writes per second")
        .value("--memory-swappiness", "0-100", "How soon memory is swapped out")
        .value("--oom-score-adj", "-1000-1000", "How soon it is killed when memory runs out")
        .value("--cgroupns", "mode", "host or private")
        .value("--userns", "mode", "host")
        .acceptedFlags("-q --quiet", "--disable-content-trust", "--oom-kill-disable")
        .acceptedFlags("--use-api-socket")
        .acceptedValues("--runtime", "--volume-driver", "--storage-opt", "--isolation", "--gpus")
        .acceptedValues("--kernel-memory", "--cgroup-parent", "--device-cgroup-rule")
        .acceptedValues("--link-local-ip", "--cpu-rt-period", "--cpu-rt-runtime")
        .acceptedValues("--blkio-weight-device");
  }

  /** What there is, as it stands in the {@code HostConfig}. */
  static Json.Obj read(Json.Obj host, Arguments given) {
    refuse(given);
    Json.Obj all = host;
    if (!given.values("--annotation").isEmpty()) {
      all = all.with("Annotations", Json.textMap(annotations(given)));
    }
    for (String[] rate : DEVICE_RATES) {
      List<Json> list = new ArrayList<>();
      for (String text : given.values(rate[0])) {
        list.add(rate(rate[0], text));
      }
      all = list.isEmpty() ? all : all.with(rate[1], new Json.Arr(list));
    }
    all = number(all, given, "--blkio-weight", "BlkioWeight", 10, 1000);
    all = number(all, given, "--memory-swappiness", "MemorySwappiness", 0, 100);
    all = number(all, given, "--oom-score-adj", "OomScoreAdj", -1000, 1000);
    String cgroups = given.value("--cgroupns").orElse("private");
    if (!cgroups.equals("private") && !cgroups.equals("host")) {
      throw new UsageException("--cgroupns: invalid CGROUP mode");
    }
    return all.with("CgroupnsMode", cgroups);
  }

  private static java.util.Map<String, String> annotations(Arguments given) {
    for (String text : given.values("--annotation")) {
      if (text.indexOf('=') <= 0) {
        throw new UsageException(
            "invalid argument \"" + text + "\" for \"--annotation\" flag: write key=value");
      }
    }
    return RunOptions.pairs(given.values("--annotation"));
  }

  private static Json.Obj number(
      Json.Obj host, Arguments given, String flag, String name, long least, long most) {
    Optional<Long> number = HostOptions.number(flag, given);
    if (number.isEmpty() || number.get() == 0 && least > 0) {
      return host;
    }
    if (number.get() < least || number.get() > most) {
      throw new UsageException(
          "invalid value: " + number.get() + ": " + flag + " is " + least + " to " + most);
    }
    return host.with(name, number.get());
  }

  private static Json.Obj rate(String flag, String text) {
    int colon = text.lastIndexOf(':');
    Optional<Long> rate = colon <= 0 ? Optional.empty() : Sizes.parse(text.substring(colon + 1));
    if (!text.startsWith("/dev/") || rate.isEmpty() || rate.get() < 0) {
      throw new UsageException(
          "invalid argument \"%s\" for \"%s\" flag: bad format: write e.g. /dev/sda:1mb"
              .formatted(text, flag));
    }
    String device = text.substring(0, colon);
    if (!Files.exists(Path.of(device))) {
      throw new UsageException(device + ": no such device");
    }
    return Json.obj().with("Path", device).with("Rate", rate.get());
  }

  /** What would not be what it says. */
  private static void refuse(Arguments given) {
    refuse(
        given,
        "--gpus",
        "could not select device driver \"\" with capabilities: [[gpu]]; --device gives a device of the host");
    refuse(
        given,
        "--storage-opt",
        "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    refuse(
        given,
        "--cgroup-parent",
        "--cgroup-parent is not supported: limits are set with -m, --cpus and --pids-limit");
    refuse(
        given,
        "--device-cgroup-rule",
        "--device-cgroup-rule is not supported: --device gives a device of the host");
    refuse(
        given,
        "--link-local-ip",
        "--link-local-ip is not supported: --ip gives an address of the network");
    refuse(given, "--cpu-rt-period", "kernel does not support CPU real-time scheduler");
    refuse(given, "--cpu-rt-runtime", "kernel does not support CPU real-time scheduler");
    refuse(
        given,
        "--blkio-weight-device",
        "--blkio-weight-device is not supported: --blkio-weight is for all devices");
    if (given.flag("--use-api-socket")) {
      throw new UsageException(
          "--use-api-socket is not supported: there is no daemon and no socket");
    }
    only(
        given,
        "--runtime",
        "unknown or invalid runtime name: ",
        "",
        "jbuild",
        "runc",
        "crun",
        "io.containerd.runc.v2");
    only(given, "--isolation", "invalid isolation: only the default is there: ", "", "default");
    only(given, "--volume-driver", "error looking up volume plugin ", "", "local");
    only(given, "--userns", "invalid USER mode: ", "", "host");
    only(given, "--uts", "--uts: invalid UTS mode: ", "", "host");
    mode(given, "--pid", "--pid: invalid PID mode", "", "host");
    mode(
        given,
        "--ipc",
        "invalid IPC mode: " + given.value("--ipc").orElse(""),
        "",
        "host",
        "private",
        "shareable");
  }

  private static void refuse(Arguments given, String flag, String why) {
    if (!given.values(flag).isEmpty()) {
      throw new UsageException(why);
    }
  }

  private static void only(Arguments given, String flag, String why, String... known) {
    for (String value : given.values(flag)) {
      if (!List.of(known).contains(value)) {
        throw new UsageException(why + value);
      }
    }
  }

  /** That of another container, too. */
  private static void mode(Arguments given, String flag, String why, String... known) {
    String value = given.value(flag).orElse("");
    if (!value.startsWith("container:") && !List.of(known).contains(value)) {
      throw new UsageException(why);
    }
  }
}
