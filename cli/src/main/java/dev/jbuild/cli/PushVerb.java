package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends an image to a registry. */
final class PushVerb implements Verb {
  /** For what has no rows. */
  static final ImagePush.Progress QUIET =
      new ImagePush.Progress() {
        @Override
        public void state(Digest layer, String state) {
          // nothing is shown
        }

        @Override
        public void sent(Digest layer, long current, long total) {
          // nothing is shown
        }
      };

  private final String name;

  PushVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "NAME[:TAG]", "Send an image to a registry")
        .flag("-a --all-tags", "All tags of the repository")
        .flag("-q --quiet", "Print only the image's name")
        .value("--platform", "os/arch", "Of an image for several platforms, only this one")
        .value("--compression", "kind", "Of new layers: gzip (the default), zstd, uncompressed")
        .value("--compression-level", "number", "0 to 9 for gzip, 1 to 22 for zstd")
        .flag("--force-compression", "Also of layers that are packed in another way")
        .value("--digestfile", "file", "Write the digest of what was pushed to a file")
        .acceptedFlags("--disable-content-trust")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    ImageReference written = RunOptions.reference(arguments.operand(0));
    if (written.digest().isPresent()) {
      throw new CommandException("cannot push a digest reference", 1);
    }
    boolean quiet = arguments.flag("--quiet");
    OutputStream shown = quiet ? OutputStream.nullOutputStream() : session.out();
    try (TransferDisplay display =
        TransferDisplay.open(shown, !quiet && Terminal.isTerminal(1), session.environment())) {
      boolean all = arguments.flag("--all-tags");
      ImageReference parsed = ImageReference.parse(arguments.operand(0));
      if (all && parsed.tag().isPresent()) {
        throw new CommandException("tag can't be used with --all-tags/-a", 1);
      }
      if (!all && parsed.tag().isEmpty()) {
        display.line("Using default tag: latest");
      }
      display.line("The push refers to repository [" + written.name() + "]");
      for (ImageReference reference : all ? allTags(session, written) : List.of(written)) {
        push(session, arguments, reference, display);
      }
    }
    if (quiet) {
      session.out().println(written);
    }
    return 0;
  }

  private static void push(
      Session session, Arguments arguments, ImageReference reference, TransferDisplay display)
      throws IOException {
    Optional<Platform> platform = RunOptions.platform(arguments, Map.of());
    LocalImage image = find(session, reference, platform);
    Descriptor pushed =
        session.parts().imagePush().push(reference, image, packing(arguments), new Rows(display));
    ImageEvents.moved(session, "push", image, reference);
    if (MediaTypes.isIndex(image.target().mediaType()) && !MediaTypes.isIndex(pushed.mediaType())) {
      display.line(
          "Not all platforms of the image are here: only "
              + image.config().platform()
              + " was pushed");
    }
    display.line(
        reference.tagOrDigest() + ": digest: " + pushed.digest() + " size: " + pushed.size());
    Optional<String> file = arguments.value("--digestfile");
    if (file.isPresent()) {
      java.nio.file.Files.writeString(java.nio.file.Path.of(file.get()), pushed.digest() + "\n");
    }
  }

  /** An image for another machine than this is pushed as well. */
  private static LocalImage find(
      Session session, ImageReference reference, Optional<Platform> platform) throws IOException {
    Optional<LocalImage> image =
        session.parts().localImages().find(reference, platform.orElseGet(Platform::host));
    if (image.isEmpty() && platform.isEmpty()) {
      image = StoredImage.anyPlatform(session, reference);
    }
    if (image.isEmpty()) {
      throw new CommandException(
          "An image does not exist locally with the tag: " + reference.familiarName(), 1);
    }
    return platform.isPresent() ? alone(session, image.get()) : image.get();
  }

  private static LocalImage alone(Session session, LocalImage image) throws IOException {
    Descriptor manifest =
        new dev.jbuild.engine.archive.Exports(session.parts().store(), session.parts().layers())
            .manifestOf(image);
    return new LocalImage(manifest, image.manifest(), image.config(), image.layers());
  }

  private static Packing packing(Arguments arguments) {
    Map<String, String> fields = new java.util.LinkedHashMap<>();
    arguments.value("--compression").ifPresent(v -> fields.put("compression", v));
    arguments.value("--compression-level").ifPresent(v -> fields.put("compression-level", v));
    if (arguments.flag("--force-compression")) {
      fields.put("force-compression", "true");
    }
    return Packing.of(fields, false);
  }

  private static List<ImageReference> allTags(Session session, ImageReference repository)
      throws IOException {
    List<ImageReference> tags = new ArrayList<>();
    for (Names.Named named : session.parts().store().names().list()) {
      named.reference().filter(r -> r.name().equals(repository.name())).ifPresent(tags::add);
    }
    if (tags.isEmpty()) {
      throw new CommandException(
          "An image does not exist locally with the tag: " + repository.familiarName(), 1);
    }
    return tags;
  }

  /** The push as rows of the display. */
  record Rows(TransferDisplay display) implements ImagePush.Progress {
    @Override
    public void state(Digest layer, String state) {
      display.state(layer.shortHex(), state);
    }

    @Override
    public void sent(Digest layer, long current, long total) {
      display.bytes(layer.shortHex(), "Pushing", current, total);
    }
  }
}
