package dev.jbuild.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Something mounted into the sandbox beside its root. Targets are absolute paths inside; a missing
 * one appears for the time of the run and leaves nothing in the upper folder. Later mounts cover
 * earlier ones.
 */
public sealed interface SandboxMount {
  /** Where it appears. */
  String target();

  /**
   * A file or folder of the host.
   *
   * @param part what below the source is mounted, links resolved inside it; empty for all of it
   * @param spread whether later mounts below it are seen
   * @param ids as whom its files appear; absent: as on disk
   */
  record Bind(
      Path source, String part, String target, boolean readOnly, Spread spread, Optional<IdMap> ids)
      implements SandboxMount {
    /** One that stays as it is now. */
    public Bind(Path source, String part, String target, boolean readOnly) {
      this(source, part, target, readOnly, Spread.PRIVATE, Optional.empty());
    }

    /** All of the source. */
    public Bind(Path source, String target, boolean readOnly) {
      this(source, "", target, readOnly);
    }

    public Bind {
      requireAbsolute(target);
    }
  }

  /** How mounts spread between the host and the sandbox (mount_namespaces(7)). */
  enum Spread {
    /** Not at all. */
    PRIVATE,
    /** What the host mounts is seen inside. */
    SLAVE,
    /** Both ways. */
    SHARED
  }

  /**
   * Folders of the host merged into one, in overlayfs form.
   *
   * @param lowers bottom one first, at least two where there is no upper
   * @param writable where writes go; nobody can write when absent
   */
  record Merged(List<Path> lowers, Optional<Scratch> writable, String target)
      implements SandboxMount {
    public Merged {
      requireAbsolute(target);
      lowers = List.copyOf(lowers);
    }
  }

  /** Two empty folders on one file system, to be thrown away. */
  record Scratch(Path upper, Path work) {}

  /** A file in memory, read-only; its bytes are on no disk of the host. */
  record Content(byte[] bytes, int uid, int gid, int mode, String target) implements SandboxMount {
    public Content {
      requireAbsolute(target);
    }
  }

  /**
   * An empty file system in memory.
   *
   * @param options as tmpfs(5) takes them: {@code mode=1777,size=1048576,uid=1000}
   * @param flags of {@code ro noexec suid dev}
   */
  record Tmpfs(String target, String options, Set<String> flags) implements SandboxMount {
    /**
     * One whose files can be executed.
     *
     * @param size in bytes; 0 for no limit
     * @param mode permission bits of its root folder
     */
    public Tmpfs(String target, long size, int mode) {
      this(
          target,
          "mode=" + Integer.toOctalString(mode) + (size > 0 ? ",size=" + size : ""),
          Set.of());
    }

    public Tmpfs {
      requireAbsolute(target);
      flags = Set.copyOf(flags);
    }
  }

  private static void requireAbsolute(String target) {
    if (!target.startsWith("/") || target.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a mount needs an absolute target: " + target);
    }
  }
}
