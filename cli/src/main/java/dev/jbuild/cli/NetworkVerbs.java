package dev.jbuild.cli;

import dev.jbuild.engine.network.NetworkConfig;
import dev.jbuild.engine.network.Networks;
import java.util.List;
import java.util.Optional;

/** The verbs of networks. */
final class NetworkVerbs {
  private NetworkVerbs() {}

  /** A verb of the group {@code network}. */
  static Optional<Verb> member(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "create" -> new NetworkCreateVerb();
          case "ls", "list" -> new NetworkLsVerb("network " + name);
          case "inspect" -> new NetworkInspectVerb();
          case "rm", "remove" -> new Remove("network " + name);
          case "connect" -> new NetworkConnectVerb();
          case "disconnect" -> new NetworkDisconnectVerb();
          case "prune" -> new NetworkPruneVerb();
          default -> null;
        });
  }

  /** Names for suggestions and help. */
  static List<String> names() {
    return List.of("connect", "create", "disconnect", "inspect", "ls", "prune", "rm");
  }

  /** Removes networks. */
  private record Remove(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "NETWORK [NETWORK...]", "Remove networks")
          .flag("-f --force", "Do not mind those that are not there")
          .operands(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Arguments arguments, Session session) throws Exception {
      Networks networks = session.parts().networkStore();
      return Operands.each(
          arguments.operands(),
          this,
          session,
          operand -> {
            Optional<NetworkConfig> network = networks.find(operand);
            if (network.isPresent() || !arguments.flag("--force")) {
              networks.remove(networks.get(operand));
              session.out().println(operand);
            }
          });
    }
  }
}
