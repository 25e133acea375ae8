package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cgroups of the machine: the one hierarchy of version 2, those of version 1, both, or none.
 *
 * <p>A container's lie below the cgroup that we are in ourselves: whoever limits us limits them.
 */
final class Cgroups {
  private static final String FOLDER = "jbuild";
  private static final long NANO_CPU_PERIOD = 100_000;

  /** Where the hierarchy of each controller is mounted; the unified one under the empty name. */
  private final Map<String, Path> mounts;

  private final Map<String, String> own;
  private final List<String> warnings = new ArrayList<>();

  private Cgroups(Map<String, Path> mounts, Map<String, String> own) {
    this.mounts = mounts;
    this.own = own;
  }

  static Cgroups ofMachine() throws IOException {
    return new Cgroups(mounts(), own());
  }

  /** What was asked for and can't be had. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Makes the cgroups of a container with its limits; the folders to be in. */
  List<Path> create(String id, Json.Obj hostConfig) throws IOException {
    List<Path> folders = new ArrayList<>();
    Optional<Path> unified = make("", id);
    if (unified.isPresent()) {
      folders.add(unified.get());
      limitUnified(unified.get(), hostConfig);
    }
    for (String controller : controllers(hostConfig, unified)) {
      Optional<Path> folder = make(controller, id);
      if (folder.isPresent()) {
        folders.add(folder.get());
        limit(controller, folder.get(), hostConfig);
      } else if (!controller.equals("freezer")) { // nobody has asked for that one
        warnings.add(
            "Your kernel does not support "
                + controller
                + " limit capabilities or the cgroup is not mounted. Limitation discarded.");
      }
    }
    return folders;
  }

  /** The folder that a container has in the hierarchy of version 2. */
  Optional<Path> unified(String id) {
    Path parent = parent("");
    return parent == null
        ? Optional.empty()
        : Optional.of(parent.resolve(id)).filter(Files::isDirectory);
  }

  /** The folders that a container has. */
  List<Path> of(String id) {
    List<Path> folders = new ArrayList<>();
    for (String controller : List.of("", "freezer", "memory", "cpu", "cpuset", "pids", "blkio")) {
      Path parent = parent(controller);
      if (parent != null && Files.isDirectory(parent.resolve(id))) {
        folders.add(parent.resolve(id));
      }
    }
    return folders;
  }

  /** Whether anything keeps a container to its memory. */
  boolean limitsMemory(String id) {
    for (Path folder : of(id)) {
      if (Files.exists(folder.resolve("memory.max"))
          || Files.exists(folder.resolve("memory.limit_in_bytes"))) {
        return true;
      }
    }
    return false;
  }

  /** Removes what a killed supervisor left. */
  void remove(String id) throws IOException {
    for (Path folder : of(id)) {
      try {
        Files.deleteIfExists(folder);
      } catch (java.nio.file.FileSystemException _) {
        // Something still runs in it: the next removal takes it.
      }
    }
  }

  /**
   * Changes the limits of a container that runs; of a kind that it had none of before, its
   * processes get a cgroup then.
   *
   * @return the cgroups that are new
   */
  List<Path> update(String id, Json.Obj hostConfig, List<Long> pids) throws IOException {
    List<Path> before = of(id);
    List<Path> fresh = new ArrayList<>(create(id, hostConfig));
    fresh.removeAll(before);
    for (Path folder : fresh) {
      for (long pid : pids) {
        // One that has ended meanwhile is in no cgroup.
        attempt(folder.resolve("cgroup.procs"), Long.toString(pid));
      }
    }
    return fresh;
  }

  private List<String> controllers(Json.Obj hostConfig, Optional<Path> unified) {
    List<String> wanted = new ArrayList<>();
    boolean v2 = unified.isPresent() && Files.exists(unified.get().resolve("memory.max"));
    if (v2) {
      return wanted;
    }
    if (unified.isEmpty() && mounts.containsKey("freezer")) {
      wanted.add("freezer");
    }
    if (positive(hostConfig, "Memory")
        || positive(hostConfig, "MemorySwap")
        || positive(hostConfig, "MemoryReservation")
        || hostConfig.get("MemorySwappiness").isPresent()) {
      wanted.add("memory");
    }
    if (positive(hostConfig, "NanoCpus")
        || positive(hostConfig, "CpuShares")
        || positive(hostConfig, "CpuQuota")) {
      wanted.add("cpu");
    }
    if (!hostConfig.text("CpusetCpus").orElse("").isEmpty()
        || !hostConfig.text("CpusetMems").orElse("").isEmpty()) {
      wanted.add("cpuset");
    }
    if (positive(hostConfig, "PidsLimit")) {
      wanted.add("pids");
    }
    if (positive(hostConfig, "BlkioWeight") || !BlockLimits.rates(hostConfig).isEmpty()) {
      wanted.add("blkio");
    }
    return wanted;
  }

  private static boolean positive(Json.Obj json, String name) {
    return json.number(name).orElse(0L) > 0;
  }

  private @org.jspecify.annotations.Nullable Path parent(String controller) {
    Path mount = mounts.get(controller);
    if (mount == null) {
      return null;
    }
    String path = own.getOrDefault(controller, "/").substring(1);
    Path inside = mount.resolve(path);
    // In a container the path of our cgroup is that of the host, and its files are the mount's own.
    return (Files.isDirectory(inside) ? inside : mount).resolve(FOLDER);
  }

  private Optional<Path> make(String controller, String id) throws IOException {
    Path parent = parent(controller);
    if (parent == null) {
      return Optional.empty();
    }
    Path folder = parent.resolve(id);
    try {
      if (!Files.isDirectory(parent)) {
        Files.createDirectories(parent);
        if (controller.isEmpty()) {
          delegate(parent);
        } else if (controller.equals("cpuset")) {
          inherit(parent);
        }
      }
      Files.createDirectories(folder);
      if (controller.equals("cpuset")) {
        inherit(folder);
      }
      return Optional.of(folder);
    } catch (IOException _) {
      // Read-only, or not ours: there are no cgroups for us.
      return Optional.empty();
    }
  }

  /** A cpuset of version 1 takes no process before it has processors and memory. */
  private static void inherit(Path folder) throws IOException {
    for (String name : List.of("cpuset.cpus", "cpuset.mems")) {
      Path file = folder.resolve(name);
      if (Files.readString(file).isBlank()) {
        write(file, Files.readString(folder.resolveSibling(name)).strip());
      }
    }
  }

  private static void delegate(Path parent) throws IOException {
    String all = Files.readString(parent.resolve("cgroup.controllers")).strip();
    for (String controller : all.split(" ")) {
      if (!controller.isEmpty()) {
        attempt(parent.resolve("cgroup.subtree_control"), "+" + controller);
      }
    }
  }

  private void limitUnified(Path folder, Json.Obj wanted) throws IOException {
    if (!Files.exists(folder.resolve("memory.max"))) {
      return;
    }
    long memory = wanted.number("Memory").orElse(0L);
    if (memory > 0) {
      long swap = wanted.number("MemorySwap").orElse(0L);
      set(folder, "memory.max", Long.toString(memory));
      set(
          folder,
          "memory.swap.max",
          swap < 0 ? "max" : Long.toString(swap == 0 ? memory : Math.max(0, swap - memory)));
    }
    long reserved = wanted.number("MemoryReservation").orElse(0L);
    if (reserved > 0) {
      set(folder, "memory.low", Long.toString(reserved));
    }
    quota(wanted).ifPresent(q -> set(folder, "cpu.max", q[0] + " " + q[1]));
    long shares = wanted.number("CpuShares").orElse(0L);
    if (shares > 0) {
      set(folder, "cpu.weight", Long.toString(1 + (shares - 2) * 9999 / 262142));
    }
    cpuset(folder, wanted);
    long pids = wanted.number("PidsLimit").orElse(0L);
    if (pids > 0) {
      set(folder, "pids.max", Long.toString(pids));
    }
    weight(folder, "io.bfq.weight", wanted);
    BlockLimits.rates(wanted)
        .forEach(rate -> set(folder, "io.max", rate.device() + " " + rate.wordOfTwo()));
  }

  private void number(Json.Obj wanted, String name, Path folder, String file) {
    wanted.number(name).ifPresent(number -> set(folder, file, Long.toString(number)));
  }

  /** There are kernels whose disks know no shares. */
  private void weight(Path folder, String file, Json.Obj wanted) {
    long weight = wanted.number("BlkioWeight").orElse(0L);
    if (weight > 0 && !attempt(folder.resolve(file), Long.toString(weight))) {
      warnings.add(
          "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
    }
  }

  private void limit(String controller, Path folder, Json.Obj wanted) {
    switch (controller) {
      case "memory" -> {
        long memory = wanted.number("Memory").orElse(0L);
        long swap = wanted.number("MemorySwap").orElse(0L);
        Path most = folder.resolve("memory.limit_in_bytes");
        // More than there was of memory and swap together has to wait for these.
        boolean early = memory <= 0 || attempt(most, Long.toString(memory));
        number(wanted, "MemoryReservation", folder, "memory.soft_limit_in_bytes");
        number(wanted, "MemorySwappiness", folder, "memory.swappiness");
        if (memory > 0 && Files.exists(folder.resolve("memory.memsw.limit_in_bytes"))) {
          set(folder, "memory.memsw.limit_in_bytes", Long.toString(swap == 0 ? 2 * memory : swap));
        }
        if (!early) {
          set(folder, "memory.limit_in_bytes", Long.toString(memory));
        }
      }
      case "cpu" -> {
        quota(wanted)
            .ifPresent(q -> {
              set(folder, "cpu.cfs_period_us", q[1]);
              set(folder, "cpu.cfs_quota_us", q[0]);
            });
        long shares = wanted.number("CpuShares").orElse(0L);
        if (shares > 0) {
          set(folder, "cpu.shares", Long.toString(shares));
        }
      }
      case "cpuset" -> cpuset(folder, wanted);
      case "pids" -> set(folder, "pids.max", Long.toString(wanted.number("PidsLimit").orElse(0L)));
      case "blkio" -> {
        weight(folder, "blkio.weight", wanted);
        BlockLimits.rates(wanted)
            .forEach(rate -> set(folder, rate.fileOfOne(), rate.device() + " " + rate.value()));
      }
      default -> {}
    }
  }

  private void cpuset(Path folder, Json.Obj wanted) {
    wanted
        .text("CpusetCpus")
        .filter(s -> !s.isEmpty())
        .ifPresent(cpus -> set(folder, "cpuset.cpus", cpus));
    wanted
        .text("CpusetMems")
        .filter(s -> !s.isEmpty())
        .ifPresent(mems -> set(folder, "cpuset.mems", mems));
  }

  private static Optional<String[]> quota(Json.Obj wanted) {
    long nano = wanted.number("NanoCpus").orElse(0L);
    if (nano > 0) {
      return Optional.of(
          new String[] {
            Long.toString(nano * NANO_CPU_PERIOD / 1_000_000_000), Long.toString(NANO_CPU_PERIOD)
          });
    }
    long quota = wanted.number("CpuQuota").orElse(0L);
    long period = wanted.number("CpuPeriod").filter(p -> p > 0).orElse(NANO_CPU_PERIOD);
    return quota > 0
        ? Optional.of(new String[] {Long.toString(quota), Long.toString(period)})
        : Optional.empty();
  }

  private void set(Path folder, String name, String value) {
    if (!attempt(folder.resolve(name), value)) {
      warnings.add("cannot set " + name + " to " + value + " here; limitation discarded");
    }
  }

  private static boolean attempt(Path file, String value) {
    try {
      write(file, value);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }

  private static Map<String, Path> mounts() throws IOException {
    Map<String, Path> mounts = new LinkedHashMap<>();
    for (String line : lines("/proc/self/mounts")) {
      String[] fields = line.split(" ");
      if (fields.length > 3 && fields[2].equals("cgroup2")) {
        mounts.putIfAbsent("", Path.of(fields[1]));
      } else if (fields.length > 3 && fields[2].equals("cgroup")) {
        for (String option : fields[3].split(",")) {
          mounts.putIfAbsent(option, Path.of(fields[1]));
        }
      }
    }
    return mounts;
  }

  /** The cgroups that we are in, by controller. */
  private static Map<String, String> own() throws IOException {
    Map<String, String> own = new LinkedHashMap<>();
    for (String line : lines("/proc/self/cgroup")) {
      String[] fields = line.split(":", 3);
      for (String controller : fields.length < 3 ? new String[0] : fields[1].split(",")) {
        own.put(controller, fields[2]);
      }
    }
    return own;
  }

  private static List<String> lines(String file) throws IOException {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }
}
