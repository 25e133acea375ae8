package dev.jbuild.engine.archive;

import dev.jbuild.oci.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * What one name stands for in an archive: an image, or one image for each of several platforms.
 *
 * @param names none for an image without a name
 * @param indexAnnotations of the index that several platforms have in common
 */
public record Bundle(
    List<Outgoing> images, List<ImageReference> names, Map<String, String> indexAnnotations) {
  public Bundle {
    if (images.isEmpty()) {
      throw new IllegalArgumentException("a bundle of no image");
    }
    images = List.copyOf(images);
    names = List.copyOf(names);
  }

  /** One image. */
  public static Bundle of(Outgoing image, List<ImageReference> names) {
    return new Bundle(List.of(image), names, Map.of());
  }
}
