package dev.jbuild.engine.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What runs in a container, by the pid namespace of its first process (proc(5)). */
public final class Processes {
  private static final long TICKS_PER_SECOND = 100;
  private static final int PAGE = 4096;

  private Processes() {}

  /**
   * What its processes have used, all together.
   *
   * @param cpuNanos processor time
   * @param memory bytes that are resident
   * @param read from block devices
   * @param written to block devices
   */
  public record Use(long cpuNanos, long memory, int count, long read, long written) {}

  /** The numbers of its processes on the host, in order. */
  public static List<Long> of(ContainerState state) throws IOException {
    List<Long> pids = new ArrayList<>();
    if (state.pid() <= 0) {
      return pids;
    }
    Path namespace = namespace(state.pid());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(String.valueOf(entry.getFileName()));
        if (namespace(pid).equals(namespace)) {
          pids.add(pid);
        }
      }
    }
    pids.sort(null);
    return pids;
  }

  private static Path namespace(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid"));
    } catch (IOException _) {
      // It has ended.
      return Path.of("gone-" + pid);
    }
  }

  /** Whether the memory that a container was given is its limit: an ordinary user may have none. */
  public static boolean haveMemoryLimit(Container container) throws IOException {
    return Cgroups.ofMachine().limitsMemory(container.id());
  }

  /** What a container uses, by its cgroup where that counts it. */
  public static Use use(Container container) throws IOException {
    Use byProcesses = use(container.state());
    Optional<Path> group = Cgroups.ofMachine().unified(container.id());
    return group.isPresent() ? CgroupUse.of(group.get(), byProcesses) : byProcesses;
  }

  /** What they use; those that have ended are not counted any more. */
  private static Use use(ContainerState state) throws IOException {
    long ticks = 0;
    long pages = 0;
    int count = 0;
    long read = 0;
    long written = 0;
    for (long pid : of(state)) {
      try {
        String stat =
            Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        pages += Long.parseLong(fields[21]);
        count++;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/io"))) {
          read += line.startsWith("read_bytes: ") ? Long.parseLong(line.substring(12)) : 0;
          written += line.startsWith("write_bytes: ") ? Long.parseLong(line.substring(13)) : 0;
        }
      } catch (IOException _) {
        // Gone since we listed it.
      }
    }
    return new Use(ticks * (1_000_000_000 / TICKS_PER_SECOND), pages * PAGE, count, read, written);
  }
}
