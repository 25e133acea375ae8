package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.ContainerNetworks;
import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.engine.container.NetworkSetup;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.EtcFiles;
import dev.jbuild.runtime.net.NetworkHelper;
import dev.jbuild.runtime.net.NetworkPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The networks of containers that start, run and end. */
public final class Attachments implements ContainerNetworks {
  private static final int REFUSED = 125;
  private static final int PATIENCE_MS = 3000;

  private final NetworkStore store;
  private final Memberships memberships;
  private final NetworkHelper helper;

  /**
   * Of a store.
   *
   * @param shim the shim's executable
   */
  public Attachments(Path root, Path shim) {
    store = new NetworkStore(root);
    memberships = new Memberships(store);
    helper = new NetworkHelper(shim);
  }

  @Override
  public NetworkSetup attach(NetworkRequest request) throws IOException {
    if (request.mode().equals("none")) {
      return NetworkSetup.none();
    }
    Files.createDirectories(store.live(request.id()).resolveSibling("."));
    List<NetworkConfig> networks = new ArrayList<>();
    List<NetworkPlan.Membership> members = new ArrayList<>();
    boolean names = false;
    boolean wayOut = false;
    for (String name : Memberships.names(request)) {
      NetworkConfig network = memberships.ready(name);
      networks.add(network);
      members.add(memberships.of(request, network, endpoint(request, network)));
      names |= !network.isDefaultBridge();
      wayOut |= !network.internal();
    }
    ContainerDns dns = ContainerDns.of(request, names, wayOut);
    List<String> extra = extraHosts(request, networks.getFirst());
    List<NetworkSetup.Linked> linked = links(request, networks.getFirst());
    NetworkPlan plan =
        new NetworkPlan(
            store.root(),
            request.id(),
            request.name(),
            request.hostname(),
            Optional.of(hosts(request, extra)),
            members,
            Ports.wanted(request, usualAddress(networks.getFirst())),
            names,
            dns.servers(),
            names(linked, networks.getFirst()));
    Path file = request.folder().resolve("net.plan");
    Files.writeString(file, plan.text());
    return new NetworkSetup(
        Optional.of(file),
        dns.resolvConf(),
        extra,
        networks.getFirst().isDefaultBridge() ? linked : List.of(),
        networks.stream()
            .map(network -> new NetworkSetup.Joined(network.id(), network.name(), network.driver()))
            .toList());
  }

  private static NetworkPlan.Hosts hosts(NetworkRequest request, List<String> extra) {
    List<String> lines = new ArrayList<>(EtcFiles.LOCALHOST.lines().toList());
    lines.addAll(extra);
    return new NetworkPlan.Hosts(request.folder().resolve("etc").resolve("hosts"), lines);
  }

  private static String usualAddress(NetworkConfig network) {
    String address =
        network.options().getOrDefault("com.docker.network.bridge.host_binding_ipv4", "");
    return address.equals("0.0.0.0") ? "" : address;
  }

  /** The settings of an endpoint, by the network's name or id, as it was written. */
  private static Json.Obj endpoint(NetworkRequest request, NetworkConfig network) {
    for (String name : List.of(network.name(), network.id(), network.shortId())) {
      Json.Obj endpoint = request.endpoints().object(name);
      if (!endpoint.members().isEmpty()) {
        return endpoint;
      }
    }
    return network.isDefaultBridge() ? request.endpoints().object("default") : Json.obj();
  }

  private static List<String> extraHosts(NetworkRequest request, NetworkConfig network) {
    List<String> lines = new ArrayList<>();
    for (String entry : request.hostConfig().texts("ExtraHosts")) {
      int cut = entry.indexOf('=');
      cut = cut < 0 ? entry.indexOf(':') : cut;
      if (cut <= 0 || cut == entry.length() - 1) {
        throw new EngineException(REFUSED, "bad format for add-host: \"" + entry + "\"");
      }
      String address = entry.substring(cut + 1);
      if (address.equals("host-gateway")) {
        address = Subnet.address(network.addresses().orElseThrow().gateway());
      } else if (address.startsWith("[") && address.endsWith("]")) {
        address = address.substring(1, address.length() - 1);
      }
      lines.add(address + "\t" + entry.substring(0, cut));
    }
    return lines;
  }

  /** {@code container:alias} or {@code container}; the container must run in the same network. */
  private List<NetworkSetup.Linked> links(NetworkRequest request, NetworkConfig network)
      throws IOException {
    List<NetworkSetup.Linked> links = new ArrayList<>();
    for (String text : request.hostConfig().texts("Links")) {
      int colon = text.indexOf(':');
      String container = colon < 0 ? text : text.substring(0, colon);
      container = container.startsWith("/") ? container.substring(1) : container;
      String alias = colon < 0 ? container : text.substring(text.lastIndexOf('/') + 1);
      alias = alias.substring(alias.indexOf(':') + 1);
      boolean found = false;
      for (Endpoint each : store.endpoints(network)) {
        if (each.called().equals(container)
            || container.length() >= 12 && each.container().startsWith(container)) {
          links.add(new NetworkSetup.Linked(alias, each.container(), each.address()));
          found = true;
        }
      }
      if (!found) {
        throw new EngineException(
            REFUSED,
            "Cannot link to a non running container: /"
                + container
                + " AS /"
                + request.name()
                + "/"
                + alias);
      }
    }
    return links;
  }

  /** Found under the alias and under its own name. */
  private List<NetworkPlan.Link> names(List<NetworkSetup.Linked> linked, NetworkConfig network)
      throws IOException {
    List<NetworkPlan.Link> names = new ArrayList<>();
    for (NetworkSetup.Linked link : linked) {
      names.add(new NetworkPlan.Link(link.alias(), link.container()));
      for (Endpoint each : store.endpoints(network)) {
        if (each.container().equals(link.container()) && !each.called().equals(link.alias())) {
          names.add(new NetworkPlan.Link(each.called(), link.container()));
        }
      }
    }
    return names;
  }

  @Override
  public void release(String containerId) throws IOException {
    if (!Files.exists(store.live(containerId)) && !isAnywhere(containerId)) {
      return;
    }
    // The helper ends by itself when its supervisor has.
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000L;
    while (store.isLive(containerId) && System.nanoTime() < end) {
      try {
        Thread.sleep(2);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    Optional<String> failure = helper.sweep(store.root());
    if (failure.isPresent()) {
      throw new EngineException(
          1, "cannot take down the network of " + containerId + ": " + failure.get());
    }
  }

  @Override
  public void renamed(String containerId, String before, String after) throws IOException {
    store.rename(containerId, before, after);
  }

  private boolean isAnywhere(String containerId) throws IOException {
    for (Path network : store.folders()) {
      if (Files.exists(network.resolve("endpoints").resolve(containerId))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Json.Obj settings(NetworkRequest request, boolean running) throws IOException {
    return new Settings(store, request).json(running && store.isLive(request.id()));
  }

  /**
   * Puts a container that runs into one more network.
   *
   * @param request with the new network among its endpoints
   */
  void connect(NetworkRequest request, NetworkConfig network) throws IOException {
    NetworkConfig ready = memberships.ready(network.name());
    NetworkPlan plan =
        new NetworkPlan(
            store.root(),
            request.id(),
            request.name(),
            request.hostname(),
            Optional.of(hosts(request, extraHosts(request, ready))),
            List.of(memberships.of(request, ready, endpoint(request, ready))),
            List.of(),
            true,
            List.of(),
            List.of());
    refuse(helper.connect(plan, request.folder()));
  }

  void disconnect(String container, NetworkConfig network) throws IOException {
    refuse(helper.disconnect(store.root(), container, network.id()));
  }

  private static void refuse(Optional<String> failure) {
    if (failure.isPresent()) {
      throw new EngineException(1, failure.get());
    }
  }
}
