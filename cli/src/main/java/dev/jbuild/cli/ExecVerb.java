package dev.jbuild.cli;

import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.runtime.Supervisor;
import java.io.IOException;

/** Runs one more command in a container that runs. */
final class ExecVerb implements EngineVerb {
  private final String name;

  ExecVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
            name, "CONTAINER COMMAND [ARG...]", "Execute a command in a running container")
        .flag("-d --detach", "Do not wait for it")
        .value("--detach-keys", "keys", "Keys that detach")
        .values("-e --env", "NAME[=value]", "Set a variable; without a value, from the environment")
        .values("--env-file", "file", "Set variables from the lines of a file")
        .flag("-i --interactive", "Keep stdin open")
        .flag("--privileged", "With all capabilities")
        .flag("-t --tty", "Give it a terminal")
        .value("-u --user", "name[:group]", "Run as this user")
        .value("-w --workdir", "dir", "The working directory")
        .operands(2, Integer.MAX_VALUE)
        .endAtOperand();
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    Container container = session.parts().containers().find(arguments.operand(0));
    boolean detach = arguments.flag("--detach");
    boolean tty = arguments.flag("--tty") && !detach;
    boolean stdin = arguments.flag("--interactive") && !detach;
    if (tty && stdin && !Terminal.isTerminal(0)) {
      throw new CommandException("the input device is not a TTY", 1);
    }
    return session
        .parts()
        .lifecycle()
        .exec(
            container,
            new Lifecycle.ExecRequest(
                arguments.operands().subList(1, arguments.operands().size()),
                RunOptions.environment(arguments, session.environment()),
                arguments.value("--user"),
                arguments.value("--workdir"),
                arguments.flag("--privileged"),
                new Supervisor.ExecMode(detach, tty, stdin, DetachKeys.of(arguments))));
  }
}
