package dev.jbuild.cli;

import dev.jbuild.engine.network.NetworkConfig;
import dev.jbuild.engine.network.Networks;
import java.time.Instant;
import java.util.Set;

/** Removes the networks that no container runs in. */
final class NetworkPruneVerb implements EngineVerb {
  @Override
  public Syntax syntax() {
    return new Syntax("network prune", "", "Remove all networks that no container runs in")
        .flag("-f --force", "Do not ask")
        .values("--filter", "key=value", "Only what fits: until, label, label!")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Filters filters =
        Filters.parse(arguments.values("--filter"), Set.of("until", "label", "label!"));
    if (!arguments.flag("--force")
        && !Question.agreed(
            session, "This will remove all custom networks not used by at least one container.")) {
      return 0;
    }
    sweep(session, filters, false);
    return 0;
  }

  /** Removes them and tells which, or in a dry run only tells. */
  static void sweep(Session session, Filters filters, boolean dry) throws Exception {
    Networks networks = session.parts().networkStore();
    boolean any = false;
    for (NetworkConfig network : networks.list()) {
      if (network.predefined() || !fits(filters, network) || networks.isUsed(network)) {
        continue;
      }
      if (!dry) {
        networks.remove(network);
      }
      if (!any) {
        session.out().println("Deleted Networks:");
        any = true;
      }
      session.out().println(network.name());
    }
    if (any) {
      session.out().println();
    }
  }

  private static boolean fits(Filters filters, NetworkConfig network) {
    return filters.allow(
            "until", time -> Instant.parse(network.created()).isBefore(Times.parse(time)))
        && filters.allowLabels(network.labels());
  }
}
