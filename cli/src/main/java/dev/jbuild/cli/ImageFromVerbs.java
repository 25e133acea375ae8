package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.container.Changes;
import dev.jbuild.engine.container.Commit;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Events;
import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.snapshot.MergedTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The verbs that make something of a container's files: diff, commit, export. */
final class ImageFromVerbs {
  private ImageFromVerbs() {}

  /** What it has changed. */
  record Diff(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "CONTAINER", "Show what a container has changed in its files")
          .operands(1, 1);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException {
      Container container = session.parts().containers().find(arguments.operand(0));
      Changes.of(session.parts().containers(), container).forEach(session.out()::println);
      return 0;
    }
  }

  /** All files as a tar. */
  record Export(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "CONTAINER", "Write the files of a container as a tar")
          .value("-o --output", "file", "Write to a file instead of stdout")
          .operands(1, 1);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException {
      Container container = session.parts().containers().find(arguments.operand(0));
      Optional<String> file = arguments.value("--output");
      if (file.isEmpty() && Terminal.isTerminal(1)) {
        throw new CommandException(
            "cowardly refusing to save to a terminal. Use the -o flag or redirect", 1);
      }
      try (OutputStream out =
              file.isPresent()
                  ? new BufferedOutputStream(Files.newOutputStream(Path.of(file.get())), 1 << 16)
                  : session.out();
          ArchiveWriter archive = new ArchiveWriter(out)) {
        MergedTree.send(session.parts().containers().files(container), new ArchiveSink(archive));
        archive.finish();
      }
      Events.append(session.parts().containers().events(), "export", container);
      return 0;
    }
  }

  /** A new image. */
  record Committed(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(
              name, "CONTAINER [REPOSITORY[:TAG]]", "Create a new image from a container's changes")
          .value("-a --author", "name", "Who made it")
          .values("-c --change", "instruction", "Change the image, e.g. 'CMD [\"x\"]'")
          .value("-m --message", "text", "What was done")
          .flag("-p --pause", "Pause the container meanwhile (default true)")
          .flag("--no-pause", "Do not pause it")
          .operands(1, 2);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
      Container container = session.parts().containers().find(arguments.operand(0));
      LocalImage base =
          session
              .parts()
              .localImages()
              .find(container.imageId(), Platform.host())
              .orElseThrow(() -> StoredImage.missing(container.imageId()));
      ContainerConfig config = container.imageConfig();
      for (String change : arguments.values("--change")) {
        config = ImageChange.apply(config, change);
      }
      boolean pause =
          arguments.flag("--pause", true)
              && !arguments.flag("--no-pause")
              && container.state().status().equals("running");
      if (pause) {
        session.parts().lifecycle().freeze(container, "pause");
      }
      LocalImage image;
      try {
        image =
            Commit.of(
                session.parts().containers(),
                session.parts().localImages(),
                container,
                base.config(),
                config,
                new Commit.Note(
                    arguments.value("--author").orElse(""),
                    arguments.value("--message").orElse("")));
      } finally {
        if (pause) {
          session.parts().lifecycle().freeze(container, "unpause");
        }
      }
      Optional<ImageReference> name =
          arguments.operands().size() < 2
              ? Optional.empty()
              : Optional.of(RunOptions.reference(arguments.operand(1)));
      session.parts().localImages().name(name.stream().toList(), image);
      tell(session, container, image, name, arguments.value("--message").orElse(""));
      session.out().println(image.id());
      return 0;
    }

    private static void tell(
        Session session,
        Container container,
        LocalImage image,
        Optional<ImageReference> name,
        String comment)
        throws IOException {
      ImageEvents.of(session, "create", image);
      if (name.isPresent()) {
        ImageEvents.tagged(session, image, name.get());
      }
      Events.append(
          session.parts().containers().events(),
          "commit",
          container,
          Map.of(
              "comment", comment,
              "imageID", image.id().toString(),
              "imageRef", name.map(ImageReference::familiar).orElse("")));
    }
  }
}
