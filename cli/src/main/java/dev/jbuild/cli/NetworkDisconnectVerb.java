package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.network.NetworkConfig;

/** Takes a container out of a network, now and for its next start. */
final class NetworkDisconnectVerb implements EngineVerb {
  @Override
  public Syntax syntax() {
    return new Syntax(
            "network disconnect", "NETWORK CONTAINER", "Disconnect a container from a network")
        .acceptedFlags("-f --force")
        .operands(2, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    NetworkConfig network = session.parts().networkStore().get(arguments.operand(0));
    Container container = session.parts().containers().find(arguments.operand(1));
    new NetworkChange(session, container, network).disconnect();
    return 0;
  }
}
