package dev.jbuild.cli;

import dev.jbuild.cli.format.Listing;
import dev.jbuild.engine.network.NetworkConfig;
import dev.jbuild.engine.network.Networks;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Lists networks. */
final class NetworkLsVerb implements EngineVerb {
  private static final Set<String> FILTERS =
      Set.of("driver", "id", "label", "name", "scope", "type", "dangling");

  private final String name;

  NetworkLsVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "", "List networks")
        .values(
            "-f --filter",
            "key=value",
            "Only networks that fit: dangling, driver, id, label, name, scope, type")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .flag("--no-trunc", "Show ids in full")
        .flag("-q --quiet", "Show ids only")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Filters filters = Filters.parse(arguments.values("--filter"), FILTERS);
    Networks networks = session.parts().networkStore();
    boolean whole = arguments.flag("--no-trunc");
    Listing listing =
        new Listing()
            .column("ID", "NETWORK ID")
            .column("Name", "NAME")
            .column("Driver", "DRIVER")
            .column("Scope", "SCOPE")
            .field("IPv4", "IPV4")
            .field("IPv6", "IPV6")
            .field("Internal", "INTERNAL")
            .field("Labels", "LABELS")
            .field("CreatedAt", "CREATED AT");
    for (NetworkConfig network : networks.list()) {
      if (!fits(filters, network, networks)) {
        continue;
      }
      if (arguments.flag("--quiet")) {
        session.out().println(whole ? network.id() : network.shortId());
      } else {
        listing.row(row(network, whole));
      }
    }
    if (!arguments.flag("--quiet")) {
      session.out().print(listing.print(arguments.value("--format").orElse("")));
    }
    return 0;
  }

  private static Json.Obj row(NetworkConfig network, boolean whole) {
    StringBuilder labels = new StringBuilder();
    for (Map.Entry<String, String> label : network.labels().entrySet()) {
      labels
          .append(labels.isEmpty() ? "" : ",")
          .append(label.getKey())
          .append('=')
          .append(label.getValue());
    }
    return Json.obj()
        .with("ID", whole ? network.id() : network.shortId())
        .with("Name", network.name())
        .with("Driver", network.driver())
        .with("Scope", "local")
        .with("IPv4", "true")
        .with("IPv6", "false")
        .with("Internal", Boolean.toString(network.internal()))
        .with("Labels", labels.toString())
        .with("CreatedAt", network.created());
  }

  private static boolean fits(Filters filters, NetworkConfig network, Networks networks)
      throws IOException {
    boolean unused = !filters.of("dangling").isEmpty() && !networks.isUsed(network);
    return filters.allow("name", text -> network.name().contains(text))
        && filters.allow("id", text -> network.id().startsWith(text))
        && filters.allow("driver", text -> network.driver().equals(text))
        && filters.allow("scope", text -> text.equals("local"))
        && filters.allow(
            "type",
            text ->
                text.toLowerCase(Locale.ROOT).equals(network.predefined() ? "builtin" : "custom"))
        && filters.allow(
            "dangling", text -> (unused && !network.predefined()) == Boolean.parseBoolean(text))
        && filters.allowLabels(network.labels());
  }
}
