package dev.jbuild.cli;

import dev.jbuild.engine.network.Networks;

/** Shows all that is known of networks. */
final class NetworkInspectVerb implements EngineVerb {
  @Override
  public Syntax syntax() {
    return new Syntax(
            "network inspect",
            "NETWORK [NETWORK...]",
            "Show all that is known of networks, as JSON")
        .value("-f --format", "template", "\"json\" or a Go template")
        .acceptedFlags("-v --verbose")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Networks networks = session.parts().networkStore();
    return Inspection.print(
        arguments, this, session, operand -> networks.inspect(networks.get(operand)));
  }
}
