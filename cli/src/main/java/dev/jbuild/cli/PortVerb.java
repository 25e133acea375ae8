package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.oci.Json;
import java.io.IOException;

/** Lists the published ports of a container. */
final class PortVerb implements EngineVerb {
  private final String name;

  PortVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "CONTAINER [PRIVATE_PORT[/PROTO]]", "List published ports")
        .operands(1, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Container container = session.parts().containers().find(arguments.operand(0));
    Json.Obj ports = Ports.of(container, container.state(), session);
    if (arguments.operands().size() == 2) {
      String wanted = arguments.operand(1);
      String port = wanted.indexOf('/') < 0 ? wanted + "/tcp" : wanted;
      if (ports.objects(port).isEmpty()) {
        throw new CommandException(
            "Error: No public port '" + wanted + "' published for " + arguments.operand(0), 1);
      }
      ports.objects(port).forEach(binding -> session.out().println(address(binding)));
      return 0;
    }
    for (String port : ports.members().keySet()) {
      for (Json.Obj binding : ports.objects(port)) {
        session.out().println(port + " -> " + address(binding));
      }
    }
    return 0;
  }

  private static String address(Json.Obj binding) {
    String ip = binding.text("HostIp").orElse("");
    return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + binding.text("HostPort").orElse("");
  }
}
