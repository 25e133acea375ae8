package dev.jbuild.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Linux capabilities by name (linux/capability.h). */
public final class Capabilities {
  private static final List<String> NAMES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  private static final long BOUNDING = readBounding();

  private Capabilities() {}

  /** All that are known. */
  public static List<String> all() {
    return NAMES;
  }

  /**
   * Applies {@code --cap-add} and {@code --cap-drop} as Docker does: names with or without {@code
   * CAP_}, in any case, and {@code ALL}.
   */
  public static Set<String> adjust(Set<String> base, List<String> add, List<String> drop) {
    List<String> added = add.stream().map(Capabilities::canonical).toList();
    List<String> dropped = drop.stream().map(Capabilities::canonical).toList();
    Set<String> result = new LinkedHashSet<>();
    if (added.contains("ALL")) {
      result.addAll(NAMES);
    } else if (!dropped.contains("ALL")) {
      result.addAll(base);
    }
    // A name dropped beside --cap-add ALL goes; a name added beside --cap-drop ALL stays.
    result.removeAll(dropped);
    added.stream().filter(name -> !name.equals("ALL")).forEach(result::add);
    return result;
  }

  private static String canonical(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (upper.equals("ALL") || upper.equals("CAP_ALL")) {
      return "ALL";
    }
    String full = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
    if (number(full) < 0) {
      throw new IllegalArgumentException("invalid capability: " + name);
    }
    return full;
  }

  static int number(String name) {
    return NAMES.indexOf(name);
  }

  /** Without those that we don't have ourselves: root of a container or of a service lacks some. */
  static Set<String> held(Set<String> wanted) {
    long bounding = BOUNDING;
    Set<String> held = new LinkedHashSet<>();
    for (String name : wanted) {
      if ((bounding >>> number(name) & 1) != 0) {
        held.add(name);
      }
    }
    return held;
  }

  static long mask(Set<String> names) {
    long mask = 0;
    for (String name : names) {
      mask |= 1L << number(name);
    }
    return mask;
  }

  private static long readBounding() {
    try {
      String status =
          new String(Files.readAllBytes(Path.of("/proc/self/status")), StandardCharsets.ISO_8859_1);
      int at = status.indexOf("\nCapBnd:");
      if (at >= 0) {
        int end = status.indexOf('\n', at + 1);
        return Long.parseUnsignedLong(status.substring(at + 8, end).strip(), 16);
      }
      throw new ShimException("/proc/self/status has no CapBnd line");
    } catch (IOException e) {
      throw new ShimException("cannot read our own capabilities from /proc/self/status", e);
    }
  }
}
