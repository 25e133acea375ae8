package dev.jbuild.engine.archive;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Platform;
import java.util.List;

/**
 * An image as it leaves.
 *
 * @param manifest its bytes are those that came wherever nothing had to change
 */
public record Outgoing(
    Part manifest,
    Part config,
    List<Part> layers,
    Platform platform,
    byte[] manifestBytes,
    byte[] configBytes) {
  public Outgoing {
    layers = List.copyOf(layers);
  }

  /** The image id. */
  public Digest id() {
    return config.descriptor().digest();
  }
}
