package dev.jbuild.engine.network;

import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** What {@code inspect} tells of a container's network. */
record Settings(NetworkStore store, NetworkRequest request) {
  Json.Obj json(boolean running) throws IOException {
    String mode = request.mode();
    List<String> names =
        mode.equals("host") || mode.equals("none")
            ? List.of(mode)
            : mode.startsWith("container:") ? List.of() : Memberships.names(request);
    SequencedMap<String, Json> networks = new LinkedHashMap<>();
    Json.Obj usual = Json.obj();
    for (String name : names) {
      NetworkConfig network = store.find(name).orElse(null);
      Json.Obj json = network == null ? unknown() : json(network, running);
      networks.put(network == null ? name : network.name(), json);
      if (network != null && network.isDefaultBridge()) {
        usual = json;
      }
    }
    Map<String, List<Json>> published =
        running ? Ports.published(store.live(request.id())) : Map.of();
    return Json.obj()
        .with("Bridge", "")
        .with("SandboxID", running ? request.id() : "")
        .with("SandboxKey", "")
        .with("Ports", running ? Ports.json(published, request.exposedPorts()) : Json.obj())
        .with("HairpinMode", false)
        .with("LinkLocalIPv6Address", "")
        .with("LinkLocalIPv6PrefixLen", 0)
        .with("SecondaryIPAddresses", new Json.Null())
        .with("SecondaryIPv6Addresses", new Json.Null())
        .with("EndpointID", usual.text("EndpointID").orElse(""))
        .with("Gateway", usual.text("Gateway").orElse(""))
        .with("GlobalIPv6Address", "")
        .with("GlobalIPv6PrefixLen", 0)
        .with("IPAddress", usual.text("IPAddress").orElse(""))
        .with("IPPrefixLen", usual.number("IPPrefixLen").orElse(0L))
        .with("IPv6Gateway", "")
        .with("MacAddress", usual.text("MacAddress").orElse(""))
        .with("Networks", new Json.Obj(networks));
  }

  private Json.Obj json(NetworkConfig network, boolean running) throws IOException {
    Json.Obj asked = request.endpoints().object(network.name());
    Optional<Endpoint> endpoint =
        running
            ? Endpoint.read(store.folder(network.id()).resolve("endpoints").resolve(request.id()))
            : Optional.empty();
    List<String> names =
        network.isDefaultBridge() || network.predefined()
            ? List.of()
            : Memberships.names(request, asked);
    return Json.obj()
        .with("IPAMConfig", orNull(asked.object("IPAMConfig")))
        .with("Links", new Json.Null())
        .with("Aliases", texts(asked.texts("Aliases")))
        .with("MacAddress", endpoint.map(Endpoint::mac).orElse(asked.text("MacAddress").orElse("")))
        .with("DriverOpts", new Json.Null())
        .with("GwPriority", 0)
        .with("NetworkID", running || !network.driver().equals("bridge") ? network.id() : "")
        .with("EndpointID", endpoint.isPresent() ? Endpoint.id(request.id(), network.id()) : "")
        .with("Gateway", network.internal() ? "" : endpoint.map(Endpoint::gateway).orElse(""))
        .with("IPAddress", endpoint.map(Endpoint::address).orElse(""))
        .with("IPPrefixLen", endpoint.map(Endpoint::prefix).orElse(0))
        .with("IPv6Gateway", "")
        .with("GlobalIPv6Address", "")
        .with("GlobalIPv6PrefixLen", 0)
        .with("DNSNames", texts(names));
  }

  /** Of a network that has been removed since. */
  private static Json.Obj unknown() {
    return Json.obj().with("NetworkID", "").with("EndpointID", "").with("IPAddress", "");
  }

  private static Json orNull(Json.Obj object) {
    return object.members().isEmpty() ? new Json.Null() : object;
  }

  private static Json texts(List<String> texts) {
    return texts.isEmpty() ? new Json.Null() : Json.texts(new ArrayList<>(texts));
  }
}
