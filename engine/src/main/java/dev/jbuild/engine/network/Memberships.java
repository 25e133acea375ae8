package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.net.NetworkPlan.Bridge;
import dev.jbuild.runtime.net.NetworkPlan.Membership;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which networks a container is in, and as what. */
final class Memberships {
  private static final int REFUSED = 125;

  private final NetworkStore store;

  Memberships(NetworkStore store) {
    this.store = store;
  }

  /** The names or ids of the networks that are asked for; the one of the mode is first. */
  static List<String> names(NetworkRequest request) {
    Set<String> names = new LinkedHashSet<>();
    String mode = request.mode();
    names.add(mode.equals("default") ? NetworkStore.BRIDGE : mode);
    for (String name : request.endpoints().members().keySet()) {
      names.add(name.equals("default") ? NetworkStore.BRIDGE : name);
    }
    return List.copyOf(names);
  }

  /**
   * The network as it is made now: where we chose its subnet, and somebody else has taken it since,
   * another one is chosen.
   */
  NetworkConfig ready(String name) throws IOException {
    NetworkConfig network =
        store
            .find(name)
            .orElseThrow(() ->
                new EngineException(
                    REFUSED,
                    "failed to set up container networking: network " + name + " not found"));
    if (network.driver().equals("host") || network.driver().equals("null")) {
      throw new EngineException(
          REFUSED,
          network.name().equals("host")
              ? "container cannot be disconnected from host network or connected to host network"
              : "container cannot be connected to multiple networks with one of the networks in"
                  + " private (none) mode");
    }
    if (network.addresses().isPresent() && !mustMove(network)) {
      return network;
    }
    try (AutoCloseable _ = store.lock()) {
      NetworkConfig current = store.get(network.id().isEmpty() ? name : network.name());
      if (current.addresses().isEmpty() || mustMove(current)) {
        Subnet subnet = AddressPools.choose(store.root(), store.subnets(current.id()));
        current = current.withAddresses(NetworkConfig.Addresses.of(subnet));
        store.write(current);
      }
      return current;
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private boolean mustMove(NetworkConfig network) throws IOException {
    NetworkConfig.Addresses addresses = network.addresses().orElseThrow();
    if (addresses.given()) {
      return false;
    }
    for (AddressPools.Route route : AddressPools.routes()) {
      if (route.device().equals(network.device())) {
        // It is up: whoever came later has to give way.
        return false;
      }
    }
    for (AddressPools.Route route : AddressPools.routes()) {
      if (route.subnet().overlaps(addresses.subnet())) {
        return true;
      }
    }
    return false;
  }

  Membership of(NetworkRequest request, NetworkConfig network, Json.Obj endpoint)
      throws IOException {
    Optional<String> address =
        endpoint.object("IPAMConfig").text("IPv4Address").filter(a -> !a.isEmpty());
    if (address.isPresent()) {
      check(network, address.get());
    }
    return new Membership(
        bridge(network),
        address,
        endpoint.text("MacAddress").filter(m -> !m.isEmpty()),
        network.isDefaultBridge() ? List.of() : names(request, endpoint));
  }

  private static void check(NetworkConfig network, String address) {
    NetworkConfig.Addresses addresses = network.addresses().orElseThrow();
    if (!addresses.given()) {
      throw new EngineException(
          REFUSED,
          network.isDefaultBridge()
              ? "user specified IP address is supported on user defined networks only"
              : "user specified IP address is supported only when connecting to networks with user"
                  + " configured subnets");
    }
    Optional<Long> number = Subnet.number(address);
    if (number.isEmpty()) {
      throw new EngineException(REFUSED, "invalid IPv4 address: " + address);
    }
    Subnet subnet = addresses.subnet();
    if (!subnet.contains(number.get())) {
      throw new EngineException(
          REFUSED,
          "invalid endpoint settings: no configured subnet contains IP address " + address);
    }
    if (number.get() == addresses.gateway()
        || number.get() == subnet.start()
        || number.get() == subnet.end()) {
      throw new EngineException(REFUSED, "Address already in use");
    }
  }

  /** The first is the one that an address is translated back to. */
  static List<String> names(NetworkRequest request, Json.Obj endpoint) {
    Set<String> names = new LinkedHashSet<>();
    names.add(request.name());
    names.addAll(endpoint.texts("Aliases"));
    names.add(request.id().substring(0, 12));
    names.add(request.hostname());
    names.remove("");
    return new ArrayList<>(names);
  }

  private static Bridge bridge(NetworkConfig network) throws IOException {
    NetworkConfig.Addresses addresses = network.addresses().orElseThrow();
    Subnet subnet = addresses.subnet();
    String mtu = network.options().get("com.docker.network.driver.mtu");
    return new Bridge(
        network.id(),
        network.name(),
        network.device(),
        Subnet.address(subnet.start()),
        subnet.prefix(),
        Subnet.address(addresses.gateway()),
        Subnet.address(addresses.first()),
        Subnet.address(addresses.last()),
        mtu == null ? AddressPools.mtu() : Integer.parseInt(mtu),
        network.internal(),
        network.option("enable_ip_masquerade", true),
        network.option("enable_icc", true));
  }
}
