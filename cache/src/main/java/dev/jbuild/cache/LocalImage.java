package dev.jbuild.cache;

import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.Manifest;
import java.util.List;

/**
 * An image of the store whose layers are all there.
 *
 * @param target what names point at: the manifest, or the index that it came with
 * @param layers bottom to top
 */
public record LocalImage(
    Descriptor target, Manifest manifest, ImageConfig config, List<Layer> layers) {
  public LocalImage {
    layers = List.copyOf(layers);
  }

  /**
   * The image id: the digest of its config; many artifacts have the same one, and no id but this.
   */
  public Digest id() {
    return isArtifact() ? target.digest() : manifest.config().digest();
  }

  /** Whether it is no image at all; it has neither layers nor anything to run, and is kept. */
  public boolean isArtifact() {
    return !manifest.isImage();
  }
}
