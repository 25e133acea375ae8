package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.network.NetworkConfig;
import dev.jbuild.oci.Json;

/** Puts a container into one more network, now and at its next start. */
final class NetworkConnectVerb implements EngineVerb {
  @Override
  public Syntax syntax() {
    return new Syntax("network connect", "NETWORK CONTAINER", "Connect a container to a network")
        .values("--alias", "name", "Another name of the container in the network")
        .value("--ip", "address", "Its IPv4 address there")
        .acceptedValues("--driver-opt", "--gw-priority", "--link-local-ip", "--link")
        .operands(2, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    NetworkConfig network = session.parts().networkStore().get(arguments.operand(0));
    Container container = session.parts().containers().find(arguments.operand(1));
    Json.Obj endpoint = Json.obj().with("Aliases", Json.texts(arguments.values("--alias")));
    if (arguments.value("--ip").isPresent()) {
      endpoint =
          endpoint.with(
              "IPAMConfig", Json.obj().with("IPv4Address", arguments.value("--ip").get()));
    }
    new NetworkChange(session, container, network).connect(endpoint);
    return 0;
  }
}
