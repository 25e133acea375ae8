package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.container.Changes;
import dev.jbuild.engine.container.Commit;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Events;
import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import dev.jbuild.snapshot.MergedTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

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
      session
          .parts()
          .localImages()
          .name(
              arguments.operands().size() < 2
                  ? List.of()
                  : List.of(RunOptions.reference(arguments.operand(1))),
              image);
      Events.append(
          session.parts().containers().events(),
          "commit",
          container,
          Map.of(
              "comment", arguments.value("--message").orElse(""),
              "imageID", image.id().toString(),
              "imageRef",
                  arguments.operands().size() < 2
                      ? ""
                      : RunOptions.reference(arguments.operand(1)).familiar()));
      session.out().println(image.id());
      return 0;
    }
  }

  /** Instructions of Dockerfiles that change only how an image runs. */
  static final class ImageChange {
    private ImageChange() {}

    static ContainerConfig apply(ContainerConfig config, String text) {
      String line = text.strip();
      int blank = line.indexOf(' ');
      String value = blank < 0 ? "" : line.substring(blank + 1).strip();
      String word = blank < 0 ? line : line.substring(0, blank);
      return switch (word.toUpperCase(java.util.Locale.ROOT)) {
        case "CMD" -> config.withCmd(Optional.of(words(value)));
        case "ENTRYPOINT" -> config.withEntrypoint(Optional.of(words(value)));
        case "USER" -> config.withUser(value);
        case "WORKDIR" -> config.withWorkingDir(value);
        case "EXPOSE" ->
            each(
                config,
                List.of(value.split("\\s+")),
                (c, port) -> c.withExposedPort(port.indexOf('/') < 0 ? port + "/tcp" : port));
        case "VOLUME" -> each(config, listed(value), ContainerConfig::withVolume);
        case "ONBUILD" -> {
          List<String> triggers = new ArrayList<>(config.onBuild());
          triggers.add(value);
          yield config.withOnBuild(triggers);
        }
        case "STOPSIGNAL" -> config.withStopSignal(value);
        case "ENV" -> config.withEnv(before(value), after(value));
        case "LABEL" -> config.withLabel(before(value), after(value));
        default -> throw new UsageException(word + " is not a valid change command");
      };
    }

    private static ContainerConfig each(
        ContainerConfig config,
        List<String> values,
        BiFunction<ContainerConfig, String, ContainerConfig> change) {
      ContainerConfig changed = config;
      for (String value : values) {
        changed = change.apply(changed, value);
      }
      return changed;
    }

    private static List<String> listed(String value) {
      return value.startsWith("[") ? words(value) : List.of(value.split("\\s+"));
    }

    private static List<String> words(String value) {
      return value.startsWith("[")
          ? Json.parseObject("{\"words\":" + value + "}").texts("words")
          : List.of("/bin/sh", "-c", value);
    }

    private static String before(String value) {
      int end = Math.max(value.indexOf('='), value.indexOf('=') < 0 ? value.indexOf(' ') : -1);
      return end < 0 ? value : value.substring(0, end);
    }

    private static String after(String value) {
      String rest = value.substring(Math.min(value.length(), before(value).length() + 1));
      return rest.length() > 1 && rest.startsWith("\"") && rest.endsWith("\"")
          ? rest.substring(1, rest.length() - 1)
          : rest;
    }
  }
}
