package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;

/** Where base images come from: the local store, or a registry into it. */
@FunctionalInterface
public interface BaseImages {
  /**
   * The image with all of its layers.
   *
   * @param always ask the registry even when the image is here
   */
  LocalImage get(ImageReference reference, Platform platform, boolean always, Progress progress)
      throws IOException;

  /**
   * An image of a folder in OCI layout.
   *
   * @param value {@code PATH[:TAG][@DIGEST]}
   */
  default LocalImage layout(String value, Platform platform) throws IOException {
    throw new IOException("OCI layouts cannot be read here: " + value);
  }

  /** Hears of bytes that arrive. */
  @FunctionalInterface
  interface Progress {
    void transferred(String item, long current, long total, boolean done);
  }
}
