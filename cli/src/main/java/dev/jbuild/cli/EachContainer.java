package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Lifecycle;
import java.util.function.Supplier;

/** A verb that does the same to each of some containers and prints each that it was done to. */
final class EachContainer implements EngineVerb {
  private final Supplier<Syntax> syntax;
  private final Action action;

  EachContainer(Supplier<Syntax> syntax, Action action) {
    this.syntax = syntax;
    this.action = action;
  }

  /** What is done to one. */
  interface Action {
    /** Gives what is printed. */
    String on(Container container, Call call) throws Exception;
  }

  /**
   * One call.
   *
   * @param operand the container as it was named
   */
  record Call(String operand, Arguments arguments, Session session, Lifecycle lifecycle) {}

  @Override
  public Syntax syntax() {
    return syntax.get();
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Lifecycle lifecycle = session.parts().lifecycle();
    return Operands.each(
        arguments.operands(),
        this,
        session,
        operand -> {
          Container container = session.parts().containers().find(operand);
          String said = action.on(container, new Call(operand, arguments, session, lifecycle));
          session.out().println(said);
          session.out().flush();
        });
  }
}
