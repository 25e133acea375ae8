package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.runtime.Supervisor;
import java.io.IOException;

/** Connects our stdin, stdout and stderr with those of a container. */
final class AttachVerb implements EngineVerb {
  private final String name;

  AttachVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "CONTAINER", "Attach to a running container")
        .value("--detach-keys", "keys", "Keys that detach, e.g. ctrl-p,ctrl-q")
        .flag("--no-stdin", "Do not pass our stdin on")
        .flag("--sig-proxy", "Pass signals on to the container (default true)")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    Container container = session.parts().containers().find(arguments.operand(0));
    if (!container.state().running()) {
      throw new CommandException("You cannot attach to a stopped container, start it first", 1);
    }
    boolean stdin = container.openStdin() && !arguments.flag("--no-stdin");
    return session
        .parts()
        .lifecycle()
        .attach(
            container,
            new Supervisor.Seat(
                stdin,
                container.tty(),
                false,
                arguments.flag("--sig-proxy", true),
                DetachKeys.of(arguments)));
  }
}
