package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerFiles;
import dev.jbuild.engine.container.Events;
import dev.jbuild.runtime.ShimBinary;
import java.io.IOException;
import java.nio.file.Path;

/** Copies files between a container and the host. */
final class CpVerb implements EngineVerb {
  private final String name;

  CpVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
            name,
            "CONTAINER:SRC_PATH DEST_PATH|- or SRC_PATH|- CONTAINER:DEST_PATH",
            "Copy files between a container and the host; - is a tar on stdin or stdout")
        .flag("-a --archive", "Keep owners")
        .flag("-L --follow-link", "Follow a link that the source is")
        .flag("-q --quiet", "Say nothing")
        .operands(2, 2);
  }

  /** A place in a container; no container: on the host. */
  private record Place(String container, String path) {
    static Place parse(String text) {
      int colon = text.indexOf(':');
      boolean host = colon <= 0 || text.startsWith("/") || text.startsWith(".");
      return host
          ? new Place("", text)
          : new Place(text.substring(0, colon), text.substring(colon + 1));
    }
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Place from = Place.parse(arguments.operand(0));
    Place to = Place.parse(arguments.operand(1));
    if (from.container.isEmpty() == to.container.isEmpty()) {
      throw new UsageException(
          from.container.isEmpty()
              ? "must specify at least one container source"
              : "copying between containers is not supported");
    }
    boolean out = to.container.isEmpty();
    if ((out ? from : to).path.isEmpty()) {
      throw new UsageException("the path in the container is missing: write CONTAINER:/path");
    }
    Container container = session.parts().containers().find(out ? from.container : to.container);
    Events.append(
        session.parts().containers().events(), out ? "archive-path" : "extract-to-dir", container);
    boolean follow = arguments.flag("--follow-link");
    boolean archive = arguments.flag("--archive");
    try (ContainerFiles files =
        ContainerFiles.open(session.parts().containers(), container, ShimBinary.locate())) {
      if (out && to.path.equals("-")) {
        if (Terminal.isTerminal(1)) {
          throw new CommandException("cowardly refusing to copy to a terminal", 1);
        }
        files.archive(from.path, session.out(), follow);
        return 0;
      }
      if (!out && from.path.equals("-")) {
        files.extract(session.in(), to.path);
        return 0;
      }
      long bytes =
          out
              ? files.copyOut(from.path, to.path, follow, archive)
              : files.copyIn(Path.of(from.path), to.path, follow, archive);
      if (!arguments.flag("--quiet")) {
        session
            .err()
            .println(
                "Successfully copied "
                    + Sizes.human(bytes)
                    + " to "
                    + (out ? to.path : container.name() + ":" + to.path));
      }
    }
    return 0;
  }
}
