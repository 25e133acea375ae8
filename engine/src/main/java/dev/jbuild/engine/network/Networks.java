package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.Events;
import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** Makes, shows, changes and removes networks. */
public final class Networks {
  private static final int FAILED = 1;
  private static final int DEVICE_NAME = 15;

  private final NetworkStore store;
  private final Attachments attachments;
  private final Path events;

  /** Of a store. */
  public Networks(Path root, Attachments attachments) {
    store = new NetworkStore(root);
    this.attachments = attachments;
    events = root.resolve("events");
  }

  /** All of them, by name; {@code bridge}, {@code host} and {@code none} are always there. */
  public List<NetworkConfig> list() throws IOException {
    return store.list();
  }

  /**
   * A network by name, id, or the beginning of its id.
   *
   * @throws EngineException when there is none
   */
  public NetworkConfig get(String name) throws IOException {
    return store.get(name);
  }

  /** The same, or empty when there is none. */
  public Optional<NetworkConfig> find(String name) throws IOException {
    return store.find(name);
  }

  /** Makes one, and gives its id. */
  public String create(NetworkSpec spec) throws IOException {
    if (!isValid(spec.name())) {
      throw new EngineException(FAILED, "invalid network name: \"" + spec.name() + "\"");
    }
    if (!spec.driver().equals("bridge")) {
      throw new EngineException(
          FAILED,
          "could not find plugin "
              + spec.driver()
              + " in v1 plugin registry: only the driver bridge is there");
    }
    String device = spec.options().getOrDefault("com.docker.network.bridge.name", "");
    if (device.length() > DEVICE_NAME || device.indexOf('/') >= 0) {
      throw new EngineException(FAILED, "invalid name of a device: " + device);
    }
    try (AutoCloseable _ = store.lock()) {
      if (store.list().stream().anyMatch(n -> n.name().equals(spec.name()))) {
        throw new EngineException(FAILED, "network with name " + spec.name() + " already exists");
      }
      for (NetworkConfig other : store.list()) {
        if (other.driver().equals("bridge") && other.device().equals(device)) {
          throw new EngineException(
              FAILED,
              "conflicts with network "
                  + other.id()
                  + " ("
                  + device
                  + "): networks have same bridge name");
        }
      }
      NetworkConfig network =
          new NetworkConfig(
              NetworkStore.newId(),
              spec.name(),
              Instant.now().toString(),
              spec.driver(),
              Optional.of(addresses(spec.addresses())),
              spec.internal(),
              spec.attachable(),
              spec.options(),
              spec.labels());
      store.write(network);
      event("create", network, "");
      return network.id();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static boolean isValid(String name) {
    boolean valid = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      valid &= letter || i > 0 && (c == '_' || c == '.' || c == '-');
    }
    return valid;
  }

  private NetworkConfig.Addresses addresses(NetworkSpec.Addresses wanted) throws IOException {
    if (wanted.subnet().isEmpty()) {
      if (wanted.gateway().isPresent() || wanted.range().isPresent()) {
        throw new EngineException(
            FAILED, "every ip-range or gateway must have a corresponding subnet");
      }
      return NetworkConfig.Addresses.of(AddressPools.choose(store.root(), store.subnets("")));
    }
    String text = wanted.subnet().get();
    if (text.indexOf(':') >= 0) {
      throw new EngineException(
          FAILED, "IPv6 subnet " + text + " is not supported: networks have IPv4 addresses");
    }
    Subnet subnet =
        Subnet.parse(text)
            .orElseThrow(() ->
                new EngineException(
                    FAILED, "invalid subnet " + text + " : invalid CIDR block notation"));
    if (!text.equals(subnet.toString())) {
      throw new EngineException(FAILED, "invalid subnet " + text + ": it should be " + subnet);
    }
    if (subnet.prefix() > 30) {
      throw new EngineException(FAILED, "invalid subnet " + text + ": it has no room");
    }
    for (Subnet other : store.subnets("")) {
      if (other.overlaps(subnet)) {
        throw new EngineException(
            FAILED, "invalid pool request: Pool overlaps with other one on this address space");
      }
    }
    return new NetworkConfig.Addresses(
        subnet, gateway(wanted, subnet), range(wanted, subnet), true);
  }

  private static long gateway(NetworkSpec.Addresses wanted, Subnet subnet) {
    if (wanted.gateway().isEmpty()) {
      return subnet.start() + 1;
    }
    String text = wanted.gateway().get();
    Optional<Long> gateway = Subnet.number(text);
    if (gateway.isEmpty() || !subnet.contains(gateway.get())) {
      throw new EngineException(FAILED, "no matching subnet for gateway " + text);
    }
    return gateway.get();
  }

  private static Optional<Subnet> range(NetworkSpec.Addresses wanted, Subnet subnet) {
    if (wanted.range().isEmpty()) {
      return Optional.empty();
    }
    String text = wanted.range().get();
    Optional<Subnet> range = Subnet.parse(text);
    if (range.isEmpty() || !subnet.contains(range.get())) {
      throw new EngineException(FAILED, "no matching subnet for range " + text);
    }
    return range;
  }

  /** In the form of Docker's inspect, with the containers that run in it. */
  public Json.Obj inspect(NetworkConfig network) throws IOException {
    SequencedMap<String, Json> containers = new LinkedHashMap<>();
    for (Endpoint each : active(network)) {
      containers.put(
          each.container(),
          Json.obj()
              .with("Name", each.called())
              .with("EndpointID", Endpoint.id(each.container(), network.id()))
              .with("MacAddress", each.mac())
              .with("IPv4Address", each.address() + "/" + each.prefix())
              .with("IPv6Address", ""));
    }
    return network.toJson(new Json.Obj(containers));
  }

  private List<Endpoint> active(NetworkConfig network) throws IOException {
    List<Endpoint> active = new ArrayList<>();
    for (Endpoint each : store.endpoints(network)) {
      if (store.isLive(each.container())) {
        active.add(each);
      }
    }
    return active;
  }

  /** Whether containers run in it. */
  public boolean isUsed(NetworkConfig network) throws IOException {
    return !active(network).isEmpty();
  }

  /** Removes a network that nobody uses. */
  public void remove(NetworkConfig network) throws IOException {
    if (network.predefined()) {
      throw new EngineException(
          FAILED, network.name() + " is a pre-defined network and cannot be removed");
    }
    try (AutoCloseable _ = store.lock()) {
      List<Endpoint> active = active(network);
      if (!active.isEmpty()) {
        StringBuilder who = new StringBuilder();
        for (Endpoint each : active) {
          who.append(who.isEmpty() ? "" : ", ")
              .append("name:\"")
              .append(each.called())
              .append("\" id:\"")
              .append(Endpoint.id(each.container(), network.id()), 0, 12)
              .append('"');
        }
        throw new EngineException(
            FAILED,
            "error while removing network: network "
                + network.name()
                + " has active endpoints ("
                + who
                + ")");
      }
      // What helpers that were killed have left goes before its description does.
      for (Endpoint each : store.endpoints(network)) {
        attachments.release(each.container());
      }
      store.remove(network);
      event("destroy", network, "");
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /**
   * Puts a container that runs into one more network.
   *
   * @param request with the network's name among its endpoints
   */
  public void connect(NetworkRequest request, NetworkConfig network) throws IOException {
    attachments.connect(request, network);
    event("connect", network, request.id());
  }

  /** Whether a container that runs has a namespace that networks can be connected to. */
  public boolean isManaged(String containerId) throws IOException {
    return store.isLive(containerId);
  }

  /** Takes a container that runs out of a network. */
  public void disconnect(String container, NetworkConfig network) throws IOException {
    attachments.disconnect(container, network);
    event("disconnect", network, container);
  }

  /**
   * Tells who follows the events.
   *
   * @param container whom it is about; empty for none
   */
  private void event(String action, NetworkConfig network, String container) throws IOException {
    Json.Obj attributes = Json.obj().with("name", network.name()).with("type", network.driver());
    Events.append(
        events,
        "network",
        action,
        network.id(),
        container.isEmpty() ? attributes : attributes.with("container", container));
  }
}
