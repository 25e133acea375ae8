package dev.jbuild.runtime;

/**
 * A resource limit; what is above the machine's own hard limit is cut down to it.
 *
 * @param name as in {@code --ulimit}: {@code nofile}, {@code nproc} …
 * @param soft -1 for no limit
 * @param hard -1 for no limit
 */
public record Rlimit(String name, long soft, long hard) {
  public Rlimit {
    if (Rlimits.number(name) < 0) {
      throw new IllegalArgumentException("invalid ulimit type: " + name);
    }
  }
}
