package dev.jbuild.cli;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.NoSuchContainerException;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.Optional;

/** The verbs of a container's life. */
final class LifeVerbs {
  private static final String SEVERAL = "CONTAINER [CONTAINER...]";

  private LifeVerbs() {}

  static Verb stop(String name) {
    return new EachContainer(
        () -> stopping(name, "Stop one or more running containers"),
        (container, call) -> {
          call.lifecycle().stop(container, call.arguments().value("--signal"), seconds(call));
          return call.operand();
        });
  }

  static Verb restart(String name) {
    return new EachContainer(
        () -> stopping(name, "Restart one or more containers"),
        (container, call) -> {
          call.lifecycle().restart(container, call.arguments().value("--signal"), seconds(call));
          return call.operand();
        });
  }

  private static Syntax stopping(String name, String summary) {
    return new Syntax(name, SEVERAL, summary)
        .value("-s --signal", "signal", "The signal that asks it to end")
        .value("-t --timeout --time", "seconds", "Time until it is killed; -1: for ever")
        .operands(1, Integer.MAX_VALUE);
  }

  private static Optional<Long> seconds(EachContainer.Call call) {
    return HostOptions.number("--timeout", call.arguments());
  }

  static Verb kill(String name) {
    return new EachContainer(
        () ->
            new Syntax(name, SEVERAL, "Kill one or more running containers")
                .value("-s --signal", "signal", "Signal to send (KILL)")
                .operands(1, Integer.MAX_VALUE),
        (container, call) -> {
          String signal = call.arguments().value("--signal").orElse("KILL");
          try {
            call.lifecycle().kill(container, signal);
          } catch (EngineException e) {
            throw new EngineException(
                1, "cannot kill container: " + call.operand() + ": " + e.getMessage());
          }
          return call.operand();
        });
  }

  static Verb freeze(String name, String request) {
    return new EachContainer(
        () ->
            new Syntax(name, SEVERAL, request + " all processes of one or more containers")
                .operands(1, Integer.MAX_VALUE),
        (container, call) -> {
          call.lifecycle().freeze(container, request);
          return call.operand();
        });
  }

  static Verb await(String name) {
    return new EachContainer(
        () ->
            new Syntax(name, SEVERAL, "Wait until containers stop, then print their exit codes")
                .operands(1, Integer.MAX_VALUE),
        (container, call) -> Integer.toString(call.lifecycle().await(container)));
  }

  /** Removes containers; by force, one that is not there is mentioned, and no failure. */
  record Remove(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, SEVERAL, "Remove one or more containers")
          .flag("-f --force", "Kill it if it runs")
          .flag("-v --volumes", "Remove its anonymous volumes, too")
          .acceptedFlags("-l --link")
          .operands(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Arguments arguments, Session session) throws Exception {
      boolean force = arguments.flag("--force");
      return Operands.each(
          arguments.operands(),
          this,
          session,
          operand -> {
            try {
              Container container = session.parts().containers().find(operand);
              session.parts().lifecycle().remove(container, force, arguments.flag("--volumes"));
            } catch (NoSuchContainerException gone) {
              if (!force) {
                throw gone;
              }
              session.err().println(ERROR + gone.getMessage());
              return;
            }
            session.out().println(operand);
            session.out().flush();
          });
    }
  }

  static Verb update(String name) {
    return new EachContainer(
        () ->
            new Syntax(name, SEVERAL, "Change limits and the restart policy")
                .value("--restart", "policy", "The restart policy")
                .value("-m --memory", "bytes", "Most memory")
                .value("--memory-reservation", "bytes", "Memory that it keeps")
                .value("--memory-swap", "bytes", "Most memory and swap together")
                .value("--cpus", "number", "Number of processors")
                .value("--cpu-period", "microseconds", "Period of --cpu-quota")
                .value("--cpu-quota", "microseconds", "Processor time per period")
                .value("-c --cpu-shares", "weight", "Share of busy processors")
                .value("--cpuset-cpus", "list", "Processors to run on")
                .value("--cpuset-mems", "list", "Memory nodes to use")
                .value("--pids-limit", "number", "Most processes")
                .operands(1, Integer.MAX_VALUE),
        (container, call) -> {
          Json.Obj changes = changes(call.arguments());
          if (changes.members().isEmpty()) {
            throw new CommandException(
                "you must provide one or more flags when using this command", 1);
          }
          call.lifecycle().update(container, changes);
          return call.operand();
        });
  }

  private static Json.Obj changes(Arguments arguments) {
    Json.Obj changes = HostOptions.limits(Json.obj(), arguments);
    Optional<String> policy = arguments.value("--restart");
    return policy.isPresent()
        ? changes.with("RestartPolicy", HostOptions.restart(policy.get()))
        : changes;
  }

  /** Gives a container another name. */
  record Rename(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "CONTAINER NEW_NAME", "Rename a container").operands(2, 2);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
      String name = arguments.operand(0);
      if (name.isBlank() || arguments.operand(1).isBlank()) {
        throw new CommandException("Error: Neither old nor new names may be empty", 1);
      }
      try {
        Container container = session.parts().containers().find(name);
        session.parts().lifecycle().rename(container, arguments.operand(1));
      } catch (EngineException e) {
        throw new EngineException(
            1, e.getMessage() + "\nError: failed to rename container named " + name);
      }
      return 0;
    }
  }
}
