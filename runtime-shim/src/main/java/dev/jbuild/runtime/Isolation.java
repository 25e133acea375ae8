package dev.jbuild.runtime;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The walls of a sandbox.
 *
 * @param hostname empty: the host's own name, in a namespace of its own
 * @param capabilities names with {@code CAP_}; those the machine's root lacks are left out
 * @param privileged all capabilities and devices, nothing masked, no seccomp filter
 * @param shmSize of {@code /dev/shm}, in bytes
 * @param init a tiny first process that reaps orphans and forwards signals
 * @param cgroupParent kept for the cgroup drivers
 */
public record Isolation(
    Network network,
    String hostname,
    Set<String> capabilities,
    boolean privileged,
    Seccomp seccomp,
    boolean noNewPrivileges,
    boolean readOnlyRoot,
    long shmSize,
    List<Rlimit> rlimits,
    boolean init,
    Optional<String> cgroupParent) {
  /** What shows nothing in a sandbox that is not privileged, in the order of Docker's inspect. */
  public static final List<String> MASKED_PATHS =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  /** What cannot be written to in a sandbox that is not privileged. */
  public static final List<String> READ_ONLY_PATHS =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private static final Set<String> DOCKER_CAPABILITIES =
      Collections.unmodifiableSet(
          new LinkedHashSet<>(
              List.of(
                  "CAP_CHOWN",
                  "CAP_DAC_OVERRIDE",
                  "CAP_FSETID",
                  "CAP_FOWNER",
                  "CAP_MKNOD",
                  "CAP_NET_RAW",
                  "CAP_SETGID",
                  "CAP_SETUID",
                  "CAP_SETFCAP",
                  "CAP_SETPCAP",
                  "CAP_NET_BIND_SERVICE",
                  "CAP_SYS_CHROOT",
                  "CAP_KILL",
                  "CAP_AUDIT_WRITE")));
  private static final long DOCKER_SHM = 64L << 20;

  public Isolation {
    capabilities = Collections.unmodifiableSet(new LinkedHashSet<>(capabilities));
    rlimits = List.copyOf(rlimits);
    for (String name : capabilities) {
      if (Capabilities.number(name) < 0) {
        throw new IllegalArgumentException("unknown capability: " + name);
      }
    }
  }

  /** What Docker gives a container that asks for nothing, on the host's network. */
  public static Isolation docker() {
    return new Isolation(
        new Network.Host(),
        "",
        DOCKER_CAPABILITIES,
        false,
        new Seccomp.Default(),
        false,
        false,
        DOCKER_SHM,
        List.of(),
        false,
        Optional.empty());
  }

  public Isolation withNetwork(Network value) {
    return new Isolation(
        value,
        hostname,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withHostname(String value) {
    return new Isolation(
        network,
        value,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  /** Replaces the whole set; see {@link Capabilities#adjust} for {@code --cap-add}. */
  public Isolation withCapabilities(Set<String> value) {
    return new Isolation(
        network,
        hostname,
        value,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withPrivileged(boolean value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        value,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withSeccomp(Seccomp value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        value,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withNoNewPrivileges(boolean value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        seccomp,
        value,
        readOnlyRoot,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withReadOnlyRoot(boolean value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        value,
        shmSize,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withShmSize(long value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        value,
        rlimits,
        init,
        cgroupParent);
  }

  public Isolation withRlimits(List<Rlimit> value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        value,
        init,
        cgroupParent);
  }

  public Isolation withInit(boolean value) {
    return new Isolation(
        network,
        hostname,
        capabilities,
        privileged,
        seccomp,
        noNewPrivileges,
        readOnlyRoot,
        shmSize,
        rlimits,
        value,
        cgroupParent);
  }
}
