package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import dev.jbuild.runtime.Isolation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * The {@code HostConfig} as Docker's inspect has it: what nobody asked for stands there, too, so
 * that scripts find the members that they ask for.
 */
final class HostConfigView {
  private static final List<String> ZEROS =
      List.of(
          "OomScoreAdj",
          "CpuShares",
          "Memory",
          "NanoCpus",
          "BlkioWeight",
          "CpuPeriod",
          "CpuQuota",
          "CpuRealtimePeriod",
          "CpuRealtimeRuntime",
          "MemoryReservation",
          "MemorySwap",
          "CpuCount",
          "CpuPercent",
          "IOMaximumIOps",
          "IOMaximumBandwidth");

  private static final List<String> EMPTY =
      List.of(
          "VolumeDriver",
          "Cgroup",
          "UsernsMode",
          "Isolation",
          "CgroupParent",
          "CpusetCpus",
          "CpusetMems");

  private static final List<String> LISTS =
      List.of(
          "BlkioWeightDevice",
          "BlkioDeviceReadBps",
          "BlkioDeviceWriteBps",
          "BlkioDeviceReadIOps",
          "BlkioDeviceWriteIOps");

  private static final List<String> NULLS =
      List.of("DeviceCgroupRules", "DeviceRequests", "MemorySwappiness", "PidsLimit");

  /** Null where nothing was asked for, as a list that was never made. */
  private static final List<String> NULL_WHEN_EMPTY =
      List.of("Binds", "VolumesFrom", "CapAdd", "CapDrop", "GroupAdd", "Links", "SecurityOpt");

  private HostConfigView() {}

  static Json.Obj of(Json.Obj stored) {
    SequencedMap<String, Json> all = new LinkedHashMap<>(stored.members());
    if (stored.text("NetworkMode").orElse("default").equals("default")) {
      all.put("NetworkMode", new Json.Text("bridge"));
    }
    for (String name : NULL_WHEN_EMPTY) {
      if (stored.array(name).isEmpty()) {
        all.put(name, new Json.Null());
      }
    }
    for (String name : List.of("CapAdd", "CapDrop")) {
      if (!stored.array(name).isEmpty()) {
        all.put(name, capabilities(stored.texts(name)));
      }
    }
    for (String name : List.of("Sysctls", "Tmpfs")) {
      if (stored.object(name).members().isEmpty()) {
        all.remove(name);
      }
    }
    if (stored.array("Mounts").isEmpty()) {
      all.remove("Mounts");
    }
    ZEROS.forEach(name -> all.putIfAbsent(name, new Json.Num(0L)));
    EMPTY.forEach(name -> all.putIfAbsent(name, new Json.Text("")));
    LISTS.forEach(name -> all.putIfAbsent(name, new Json.Arr(List.of())));
    NULLS.forEach(name -> all.putIfAbsent(name, new Json.Null()));
    all.putIfAbsent("CgroupnsMode", new Json.Text("private"));
    all.putIfAbsent("ConsoleSize", new Json.Arr(List.of(new Json.Num(0L), new Json.Num(0L))));
    all.putIfAbsent("Runtime", new Json.Text("jbuild"));
    all.putIfAbsent("OomKillDisable", new Json.Bool(false));
    swap(stored, all);
    boolean open = stored.flag("Privileged");
    all.put("MaskedPaths", open ? new Json.Null() : Json.texts(Isolation.MASKED_PATHS));
    all.put("ReadonlyPaths", open ? new Json.Null() : Json.texts(Isolation.READ_ONLY_PATHS));
    return new Json.Obj(all);
  }

  /** As much again as there is memory, where nothing was said. */
  private static void swap(Json.Obj stored, SequencedMap<String, Json> all) {
    long memory = stored.number("Memory").orElse(0L);
    if (memory > 0 && stored.number("MemorySwap").orElse(0L) == 0) {
      all.put("MemorySwap", new Json.Num(2 * memory));
    }
  }

  private static Json capabilities(List<String> names) {
    List<String> whole = new ArrayList<>();
    for (String name : names) {
      String upper = name.toUpperCase(Locale.ROOT);
      whole.add(upper.equals("ALL") || upper.startsWith("CAP_") ? upper : "CAP_" + upper);
    }
    return Json.texts(whole);
  }
}
