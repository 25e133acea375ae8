package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A pull and what docker prints meanwhile. */
final class Pulling {
  private Pulling() {}

  static LocalImage pull(
      Session session, ImageReference reference, Platform platform, TransferDisplay display)
      throws IOException {
    return pull(
        session,
        reference,
        display,
        progress -> session.parts().imageSource().pull(reference, platform, progress));
  }

  /** The same for all platforms of the image. */
  static LocalImage pullAll(Session session, ImageReference reference, TransferDisplay display)
      throws IOException {
    return pull(
        session,
        reference,
        display,
        progress -> session.parts().imageSource().pullAll(reference, Platform.host(), progress));
  }

  private interface Way {
    LocalImage pull(ImageSource.Progress progress) throws IOException;
  }

  private static LocalImage pull(
      Session session, ImageReference reference, TransferDisplay display, Way way)
      throws IOException {
    display.line(reference.tagOrDigest() + ": Pulling from " + reference.repository());
    Optional<Digest> before =
        session.parts().store().names().get(reference).map(target -> target.digest());
    Set<String> coming = ConcurrentHashMap.newKeySet();
    LocalImage image =
        way.pull((item, current, total, done) -> {
          String layer = Digest.isDigest(item) ? Digest.parse(item).shortHex() : item;
          if (done) {
            display.state(layer, coming.contains(item) ? "Pull complete" : "Already exists");
          } else {
            coming.add(item);
            display.bytes(layer, "Downloading", current, total);
          }
        });
    ImageEvents.moved(session, "pull", image, reference);
    Digest digest = image.target().digest();
    display.line("Digest: " + digest);
    display.line(
        "Status: "
            + (before.equals(Optional.of(digest))
                ? "Image is up to date for "
                : "Downloaded newer image for ")
            + reference.familiar());
    return image;
  }
}
