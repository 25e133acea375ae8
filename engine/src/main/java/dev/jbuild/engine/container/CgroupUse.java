package dev.jbuild.engine.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a cgroup of version 2 counts (the kernel's admin-guide/cgroup-v2.rst). */
final class CgroupUse {
  private static final long NONE = -1;

  private CgroupUse() {}

  /**
   * The numbers of a folder.
   *
   * @param otherwise what stands for a controller that is not there
   */
  static Processes.Use of(Path folder, Processes.Use otherwise) {
    long micros = field(lines(folder, "cpu.stat"), "usage_usec");
    long memory = single(folder, "memory.current");
    long idle = field(lines(folder, "memory.stat"), "inactive_file");
    long count = single(folder, "pids.current");
    List<String> io = lines(folder, "io.stat");
    return new Processes.Use(
        micros < 0 ? otherwise.cpuNanos() : micros * 1000,
        // As docker: what the kernel can take back at once is nobody's.
        memory < 0 ? otherwise.memory() : Math.max(0, memory - Math.max(0, idle)),
        count < 0 ? otherwise.count() : (int) count,
        io.isEmpty() ? otherwise.read() : sum(io, "rbytes="),
        io.isEmpty() ? otherwise.written() : sum(io, "wbytes="));
  }

  private static List<String> lines(Path folder, String name) {
    try {
      return Files.readAllLines(folder.resolve(name), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      // No such controller, or the container has just ended.
      return List.of();
    }
  }

  private static long single(Path folder, String name) {
    List<String> lines = lines(folder, name);
    return lines.isEmpty() ? NONE : number(lines.getFirst());
  }

  /** Of lines with a name and a number each. */
  private static long field(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name + " ")) {
        return number(line.substring(name.length() + 1));
      }
    }
    return NONE;
  }

  /** Of one number in each line, a device each: {@code 8:0 rbytes=4096 wbytes=0 …}. */
  private static long sum(List<String> lines, String key) {
    long sum = 0;
    for (String line : lines) {
      int at = line.indexOf(" " + key);
      if (at >= 0) {
        int end = line.indexOf(' ', at + 1);
        sum +=
            Math.max(
                0, number(line.substring(at + 1 + key.length(), end < 0 ? line.length() : end)));
      }
    }
    return sum;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException _) {
      return NONE;
    }
  }
}
