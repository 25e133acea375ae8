package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.runtime.Supervisor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Starts containers that are there. */
final class StartVerb implements EngineVerb {
  private final String name;

  StartVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "CONTAINER [CONTAINER...]", "Start one or more stopped containers")
        .flag("-a --attach", "Show its output and pass signals on")
        .flag("-i --interactive", "Pass our stdin on")
        .value("--detach-keys", "keys", "Keys that detach, e.g. ctrl-p,ctrl-q")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean stdin = arguments.flag("--interactive");
    boolean attach = stdin || arguments.flag("--attach");
    if (attach && arguments.operands().size() > 1) {
      throw new UsageException("you cannot start and attach multiple containers at once");
    }
    Lifecycle lifecycle = session.parts().lifecycle();
    if (attach) {
      Container container = session.parts().containers().find(arguments.operand(0));
      String keys = DetachKeys.of(arguments);
      return lifecycle.start(
          container,
          new Supervisor.Seat(stdin && container.openStdin(), container.tty(), false, true, keys));
    }
    List<String> failed = new ArrayList<>(arguments.operands());
    int code =
        Operands.each(
            arguments.operands(),
            this,
            session,
            operand -> {
              Container container = session.parts().containers().find(operand);
              // Why not has been said.
              if (lifecycle.start(container) == 0) {
                failed.remove(operand);
                session.out().println(operand);
                session.out().flush();
              }
            });
    if (failed.isEmpty()) {
      return code;
    }
    throw new CommandException(
        "Error: failed to start containers: " + String.join(", ", failed), 1);
  }
}
