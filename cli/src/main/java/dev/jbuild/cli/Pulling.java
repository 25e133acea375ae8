package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;

/** A pull and what docker prints meanwhile. */
final class Pulling {
  private Pulling() {}

  static LocalImage pull(
      Session session, ImageReference reference, Platform platform, TransferDisplay display)
      throws IOException {
    display.line(reference.tagOrDigest() + ": Pulling from " + reference.repository());
    boolean known = session.parts().store().names().get(reference).isPresent();
    Digest before =
        session
            .parts()
            .store()
            .names()
            .get(reference)
            .map(target -> target.digest())
            .orElse(Digest.sha256(""));
    LocalImage image =
        session
            .parts()
            .imageSource()
            .pull(
                reference,
                platform,
                (item, current, total, done) -> show(display, item, current, total, done));
    Digest digest = image.target().digest();
    display.line("Digest: " + digest);
    display.line(
        "Status: "
            + (known && before.equals(digest)
                ? "Image is up to date for "
                : "Downloaded newer image for ")
            + reference.familiar());
    return image;
  }

  private static void show(
      TransferDisplay display, String item, long current, long total, boolean done) {
    String layer = Digest.isDigest(item) ? Digest.parse(item).shortHex() : item;
    if (done) {
      display.state(layer, "Pull complete");
    } else {
      display.bytes(layer, "Downloading", current, total);
    }
  }
}
