package dev.jbuild.plan;

import java.util.Map;
import java.util.Optional;

/** Where the result of a build goes. */
public sealed interface Output {
  /** What else was said of it, by the keys of {@code --output}. */
  Map<String, String> options();

  /**
   * Into the local store.
   *
   * @param name under these, with commas between them, instead of the names of the build
   */
  record Image(Optional<String> name, Map<String, String> options) implements Output {
    /** Under the names of the build. */
    public Image() {
      this(Optional.empty(), Map.of());
    }
  }

  /**
   * Into an archive or a folder in OCI layout, or a docker-archive.
   *
   * @param destination a file, or {@code -} for standard output
   */
  record Archive(boolean docker, String destination, Map<String, String> options)
      implements Output {}

  /** The files of the image, as a folder or as a tar. */
  record Files(boolean tar, String destination, Map<String, String> options) implements Output {}

  /** To the registries that the names say. */
  record Push(Optional<String> name, Map<String, String> options) implements Output {}
}
