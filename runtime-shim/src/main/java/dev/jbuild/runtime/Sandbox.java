package dev.jbuild.runtime;

import java.util.List;

/** One process to run, and all that it may see. */
public record Sandbox(
    RootFs root, List<SandboxMount> mounts, Command command, Isolation isolation) {
  public Sandbox {
    mounts = List.copyOf(mounts);
  }
}
