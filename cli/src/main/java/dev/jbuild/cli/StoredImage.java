package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
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
    // made by hand: the library's comparators are spun at every start (docs/adr/0010)
    all.sort((a, b) -> b.created().compareTo(a.created()));
    return all;
  }

  /**
   * The image that a name, an id or the beginning of an id means.
   *
   * @throws CommandException when there is none
   */
  static LocalImage find(Session session, String nameOrId) throws IOException {
    Optional<LocalImage> image = session.parts().localImages().find(nameOrId, Platform.host());
    if (image.isEmpty()) {
      Optional<ImageReference> name = parse(nameOrId);
      image = name.isPresent() ? anyPlatform(session, name.get()) : image;
    }
    return image.orElseThrow(() -> missing(nameOrId));
  }

  /** The same for {@code --platform}, where an image is for several. */
  static LocalImage find(Session session, String nameOrId, Arguments arguments) throws IOException {
    Platform platform =
        RunOptions.platform(arguments, session.environment()).orElseGet(Platform::host);
    Optional<LocalImage> image = session.parts().localImages().find(nameOrId, platform);
    return image.isPresent() ? image.get() : find(session, nameOrId);
  }

  /** The image of a name, for whatever platform is here. */
  static Optional<LocalImage> anyPlatform(Session session, ImageReference name) throws IOException {
    Optional<Descriptor> target = session.parts().store().names().get(name);
    if (target.isEmpty()
        || !MediaTypes.isIndex(target.get().mediaType())
        || !session.parts().store().blobs().has(target.get().digest())) {
      return Optional.empty();
    }
    byte[] index = session.parts().store().blobs().read(target.get().digest());
    for (Descriptor one : ImageIndex.parse(index).manifests()) {
      Optional<LocalImage> image =
          one.platform().isPresent()
              ? session.parts().localImages().read(target.get(), one.platform().get())
              : Optional.empty();
      if (image.isPresent()) {
        return image;
      }
    }
    return Optional.empty();
  }

  /** The name that an operand is, where it is one of this image and no id. */
  static Optional<ImageReference> nameOf(Session session, String operand, LocalImage image)
      throws IOException {
    Names names = session.parts().store().names();
    return parse(operand)
        .map(ImageReference::withDefaultTag)
        .filter(name -> name.digest().isEmpty())
        .filter(name ->
            names
                .get(name)
                .map(target -> target.digest().equals(image.target().digest()))
                .orElse(false));
  }

  private static Optional<ImageReference> parse(String text) {
    try {
      return Optional.of(ImageReference.parse(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  static CommandException missing(String nameOrId) {
    String name = Digest.isDigest("sha256:" + nameOrId) ? "sha256:" + nameOrId : nameOrId;
    try {
      name = ImageReference.parse(nameOrId).withDefaultTag().familiar();
    } catch (IllegalArgumentException _) {
      // an id, or nothing that could be one: said as it was written
    }
    return new CommandException("Error response from daemon: No such image: " + name, 1);
  }

  /** The sum of the files of all layers, or of what an artifact consists of. */
  static long size(Layers layers, LocalImage image) throws IOException {
    long bytes = 0;
    if (image.isArtifact()) {
      for (Descriptor blob : image.manifest().layers()) {
        bytes += blob.size();
      }
      return bytes;
    }
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
