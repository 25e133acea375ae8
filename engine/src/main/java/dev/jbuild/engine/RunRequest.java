package dev.jbuild.engine;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.SandboxMount;
import java.util.List;
import java.util.Optional;

/**
 * A container to run in the foreground.
 *
 * @param command in place of the image's
 * @param environment {@code NAME=value}, over the image's
 * @param entrypoint present and empty: none
 */
public record RunRequest(
    ImageReference image,
    Platform platform,
    Pull pull,
    List<String> command,
    Optional<String> entrypoint,
    List<String> environment,
    Optional<String> workingDirectory,
    Optional<String> user,
    Optional<String> name,
    List<SandboxMount> mounts,
    Isolation isolation,
    List<String> extraHosts,
    boolean remove,
    boolean interactive,
    boolean tty) {
  /** When the registry is asked. */
  public enum Pull {
    ALWAYS,
    MISSING,
    NEVER
  }
}
