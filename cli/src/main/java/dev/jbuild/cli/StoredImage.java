package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An image of the store under one of its names, as listings show it.
 *
 * @param size the sum of its files
 */
record StoredImage(Optional<ImageReference> reference, Instant named, LocalImage image, long size) {

  /** All names and all images without one, the newest image first. */
  static List<StoredImage> all(Session session) throws IOException {
    LocalImages images = session.parts().localImages();
    List<StoredImage> all = new ArrayList<>();
    for (Names.Named named : session.parts().store().names().list()) {
      Optional<LocalImage> image = images.read(named.target(), Platform.host());
      if (image.isPresent()) {
        all.add(
            new StoredImage(
                named.reference(),
                named.since(),
                image.get(),
                size(session.parts().layers(), image.get())));
      }
    }
    all.sort(Comparator.comparing(StoredImage::created).reversed());
    return all;
  }

  /**
   * The image that a name, an id or the beginning of an id means.
   *
   * @throws CommandException when there is none
   */
  static LocalImage find(Session session, String nameOrId) throws IOException {
    return session
        .parts()
        .localImages()
        .find(nameOrId, Platform.host())
        .orElseThrow(() -> missing(nameOrId));
  }

  static CommandException missing(String nameOrId) {
    String name = nameOrId;
    try {
      name = ImageReference.parse(nameOrId).withDefaultTag().familiar();
    } catch (IllegalArgumentException _) {
      // an id, or nothing that could be one: said as it was written
    }
    return new CommandException("Error: No such image: " + name, 1);
  }

  /** The sum of the files of all layers. */
  static long size(Layers layers, LocalImage image) throws IOException {
    long bytes = 0;
    for (Layer layer : image.layers()) {
      bytes += layers.measure(layer).bytes();
    }
    return bytes;
  }

  Digest id() {
    return image.id();
  }

  Instant created() {
    return instant(image.config().created());
  }

  /** A time of an image's config; the epoch where there is none that makes sense. */
  static Instant instant(Optional<String> text) {
    try {
      return text.map(Instant::parse).orElse(Instant.EPOCH);
    } catch (DateTimeException _) {
      return Instant.EPOCH;
    }
  }
}
