package dev.jbuild.runtime;

import java.nio.file.Path;

/**
 * Something mounted into the sandbox beside its root. Targets are absolute paths inside; a missing
 * one appears for the time of the run and leaves nothing in the upper folder. Later mounts cover
 * earlier ones.
 */
public sealed interface SandboxMount {
  /** Where it appears. */
  String target();

  /** A file or folder of the host. */
  record Bind(Path source, String target, boolean readOnly) implements SandboxMount {
    public Bind {
      requireAbsolute(target);
    }
  }

  /**
   * An empty file system in memory.
   *
   * @param size in bytes; 0 for no limit
   * @param mode permission bits of its root folder
   * @param noexec nothing in it can be executed, as with {@code docker run --tmpfs}
   */
  record Tmpfs(String target, long size, int mode, boolean noexec) implements SandboxMount {
    /** One whose files can be executed. */
    public Tmpfs(String target, long size, int mode) {
      this(target, size, mode, false);
    }

    public Tmpfs {
      requireAbsolute(target);
    }
  }

  private static void requireAbsolute(String target) {
    if (!target.startsWith("/") || target.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a mount needs an absolute target: " + target);
    }
  }
}
