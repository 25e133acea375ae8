package dev.jbuild.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file system that becomes {@code /}: layer folders, bottom one first. */
public sealed interface RootFs {
  /** The layer folders, bottom one first; none at all is an empty image. */
  List<Path> lowers();

  /**
   * Layers under a writable folder. What the process changes is in {@code upper} afterwards, in
   * overlayfs form; {@code work} is an empty folder on the same file system, to be thrown away.
   *
   * @param volatileUpper nothing is synced to disk; such an {@code upper} can't be mounted again,
   *     and its {@code work} has gone when a {@link Shim} tells the end of the process
   * @param stubs a folder on the same file system, for one sandbox at a time, that keeps the mount
   *     points which layers lack for the next sandbox; absent, they are made anew in {@code work}
   */
  record Overlay(
      List<Path> lowers, Path upper, Path work, boolean volatileUpper, Optional<Path> stubs)
      implements RootFs {
    public Overlay {
      lowers = List.copyOf(lowers);
    }

    public Overlay(List<Path> lowers, Path upper, Path work, boolean volatileUpper) {
      this(lowers, upper, work, volatileUpper, Optional.empty());
    }
  }

  /** Layers that nobody can write to. */
  record ReadOnly(List<Path> lowers) implements RootFs {
    public ReadOnly {
      lowers = List.copyOf(lowers);
    }
  }
}
