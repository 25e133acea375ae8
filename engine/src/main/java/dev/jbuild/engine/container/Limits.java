package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Limits and settings that make no sense, refused before anything is made. */
final class Limits {
  private static final int REFUSED = 125;
  private static final long LEAST_MEMORY = 6L << 20;
  private static final long NANO = 1_000_000_000;

  /** Those of the ipc namespace; what is below {@code net.} belongs to that of the network. */
  private static final Set<String> IPC_SYSCTLS =
      Set.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  private Limits() {}

  static void check(Json.Obj hostConfig) throws IOException {
    memory(hostConfig);
    processors(hostConfig);
    for (String name : hostConfig.textMap("Sysctls").keySet()) {
      sysctl(hostConfig, name);
    }
  }

  /** What an update asks for, against what stands already. */
  static void checkUpdate(Json.Obj before, Json.Obj changes) {
    long memory = changes.number("Memory").orElse(0L);
    long old = before.number("Memory").orElse(0L);
    long swap = before.number("MemorySwap").orElse(0L);
    swap = swap == 0 ? 2 * old : swap;
    if (changes.number("MemorySwap").isEmpty() && swap > 0 && memory > swap) {
      throw refused(
          "Memory limit should be smaller than already set memoryswap limit, update the memoryswap"
              + " at the same time");
    }
  }

  private static void memory(Json.Obj hostConfig) {
    long memory = hostConfig.number("Memory").orElse(0L);
    long swap = hostConfig.number("MemorySwap").orElse(0L);
    if (memory != 0 && memory < LEAST_MEMORY) {
      throw refused("Minimum memory limit allowed is 6MB");
    }
    if (swap > 0 && memory == 0) {
      throw refused(
          "You should always set the Memory limit when using Memoryswap limit, see usage");
    }
    if (swap > 0 && swap < memory) {
      throw refused("Minimum memoryswap limit should be larger than memory limit, see usage");
    }
  }

  private static void processors(Json.Obj hostConfig) throws IOException {
    long nano = hostConfig.number("NanoCpus").orElse(0L);
    int count = Runtime.getRuntime().availableProcessors();
    if (nano != 0 && (nano < NANO / 100 || nano > count * NANO)) {
      throw refused(
          "range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available"
              .formatted(count, count));
    }
    String wanted = hostConfig.text("CpusetCpus").orElse("");
    if (!wanted.isEmpty()) {
      Path online = Path.of("/sys/devices/system/cpu/online");
      String there = Files.isReadable(online) ? Files.readString(online).strip() : "";
      if (!there.isEmpty() && !numbers(there).containsAll(numbers(wanted))) {
        throw refused(
            "Requested CPUs are not available - requested " + wanted + ", available: " + there);
      }
    }
  }

  private static Set<Integer> numbers(String list) {
    Set<Integer> numbers = new TreeSet<>();
    try {
      for (String range : list.split(",")) {
        int dash = range.indexOf('-');
        int first = Integer.parseInt((dash < 0 ? range : range.substring(0, dash)).strip());
        int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1).strip());
        for (int i = first; i <= Math.min(last, first + 100_000); i++) {
          numbers.add(i);
        }
      }
    } catch (NumberFormatException _) {
      throw refused("Invalid value " + list + " for cpuset cpus");
    }
    return numbers;
  }

  /** One that is not of a namespace of its own would change the host. */
  private static void sysctl(Json.Obj hostConfig, String name) {
    String dotted = name.replace('/', '.');
    boolean ipc = IPC_SYSCTLS.contains(dotted) || dotted.startsWith("fs.mqueue.");
    boolean net = dotted.startsWith("net.");
    if (!ipc && !net || dotted.contains("..")) {
      throw refused("sysctl \"" + name + "\" is not in a separate kernel namespace");
    }
    if (ipc && hostConfig.text("IpcMode").orElse("").equals("host")
        || net && hostConfig.text("NetworkMode").orElse("").equals("host")) {
      throw refused(
          "sysctl \"%s\" not allowed in host %s namespace"
              .formatted(name, ipc ? "ipc" : "network"));
    }
  }

  private static EngineException refused(String text) {
    return new EngineException(REFUSED, text);
  }
}
