package dev.jbuild.cli;

import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.archive.Loader;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads images from an archive. */
final class LoadVerb implements Verb {
  private final String name;

  LoadVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "", "Read images from an archive, or from standard input")
        .value("-i --input", "file", "A docker-archive, an OCI archive or a folder in OCI layout")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .value("--max-layer-size", "bytes", "How much a layer may unpack to")
        .flag("-q --quiet", "Print only ids")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    session.parts().limitUnpacking(arguments.value("--max-layer-size"));
    Platform platform =
        RunOptions.platform(arguments, session.environment()).orElseGet(Platform::host);
    Loader loader = new Loader(session.parts().store(), session.parts().layers(), platform);
    boolean quiet = arguments.flag("--quiet");
    for (Loader.Loaded loaded : load(loader, arguments.value("--input"), session)) {
      ImageEvents.of(session, "load", loaded.image());
      String id = loaded.image().id().toString();
      if (quiet || loaded.names().isEmpty()) {
        session.out().println(quiet ? id : "Loaded image ID: " + id);
        continue;
      }
      for (ImageReference reference : loaded.names()) {
        session.out().println("Loaded image: " + reference.familiar());
      }
    }
    return 0;
  }

  private static List<Loader.Loaded> load(Loader loader, Optional<String> input, Session session)
      throws IOException {
    if (input.isEmpty() || input.get().equals("-")) {
      if (Terminal.isTerminal(0)) {
        throw new CommandException("requested load from stdin, but stdin is empty", 1);
      }
      return loader.load(session.in());
    }
    Path file = Path.of(input.get());
    if (Files.isDirectory(file)) {
      return loader.load(file);
    }
    try (InputStream in = Files.newInputStream(file)) {
      return loader.load(in);
    } catch (java.nio.file.NoSuchFileException _) {
      throw new CommandException("open " + input.get() + ": no such file or directory", 1);
    }
  }
}
