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

  /** The image id: the digest of its config. */
  public Digest id() {
    return manifest.config().digest();
  }
}
