package dev.jbuild.engine.archive;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one name stands for as it leaves: an image, or one image for each of several platforms.
 *
 * @param images the first is the one that archives without an index are about
 * @param names none for an image without a name
 * @param indexAnnotations of the index that several images get in common
 * @param index the index that the images came with, when they leave with it
 */
public record Bundle(
    List<Outgoing> images,
    List<ImageReference> names,
    Map<String, String> indexAnnotations,
    Optional<Part> index) {
  public Bundle {
    if (images.isEmpty()) {
      throw new IllegalArgumentException("a bundle of no image");
    }
    images = List.copyOf(images);
    names = List.copyOf(names);
  }

  /** One image. */
  public static Bundle of(Outgoing image, List<ImageReference> names) {
    return new Bundle(List.of(image), names, Map.of(), Optional.empty());
  }

  /** Images for several platforms under an index that is made for them. */
  public static Bundle of(
      List<Outgoing> images, List<ImageReference> names, Map<String, String> indexAnnotations) {
    return new Bundle(images, names, indexAnnotations, Optional.empty());
  }

  /** What the names stand for: the manifest, or the index of several. */
  public Part top() {
    if (index.isPresent()) {
      return index.get();
    }
    if (images.size() == 1) {
      return images.getFirst().manifest();
    }
    List<Descriptor> manifests =
        images.stream().map(image -> image.manifest().descriptor()).toList();
    byte[] bytes =
        new ImageIndex(MediaTypes.OCI_INDEX, manifests, indexAnnotations).toJson().bytes();
    return Part.of(Descriptor.of(MediaTypes.OCI_INDEX, Digest.sha256(bytes), bytes.length), bytes);
  }

  /** Whether the names stand for an index. */
  public boolean isIndex() {
    return index.isPresent() || images.size() > 1;
  }
}
