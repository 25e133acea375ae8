package dev.jbuild.runtime.net;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the helper of a container's network has to do; {@code net_plan.c} reads it.
 *
 * @param root the store, below which {@code networks} is
 * @param container 64 hexadecimal digits
 * @param called the container's name
 * @param hostname for {@code /etc/hosts}; empty for none
 * @param hosts the file that becomes {@code /etc/hosts}, and what it says besides the container's
 *     own addresses
 * @param networks in the order of the devices; ports are those of the first that is not internal
 * @param names whether other containers are found by name
 * @param servers behind the name server at 127.0.0.11, which runs when there is one or names are
 *     wanted
 */
public record NetworkPlan(
    Path root,
    String container,
    String called,
    String hostname,
    Optional<Hosts> hosts,
    List<Membership> networks,
    List<PortRequest> ports,
    boolean names,
    List<Server> servers,
    List<Link> links) {
  public NetworkPlan {
    networks = List.copyOf(networks);
    ports = List.copyOf(ports);
    servers = List.copyOf(servers);
    links = List.copyOf(links);
  }

  /** The file {@code /etc/hosts} and its lines. */
  public record Hosts(Path file, List<String> lines) {
    public Hosts {
      lines = List.copyOf(lines);
    }
  }

  /**
   * The container in a network.
   *
   * @param address the one that is wanted; empty: any
   * @param mac e.g. {@code 02:42:ac:11:00:02}; empty: made from the address
   * @param names under which others find the container there
   */
  public record Membership(
      Bridge bridge, Optional<String> address, Optional<String> mac, List<String> names) {
    public Membership {
      names = List.copyOf(names);
    }
  }

  /**
   * A network.
   *
   * @param device the bridge's, up to 15 letters
   * @param first of the addresses that are given without being asked for
   * @param mtu 0: the kernel's
   * @param icc containers reach each other
   */
  public record Bridge(
      String id,
      String name,
      String device,
      String subnet,
      int prefix,
      String gateway,
      String first,
      String last,
      int mtu,
      boolean internal,
      boolean masquerade,
      boolean icc) {}

  /**
   * A port to publish.
   *
   * @param protocol {@code tcp} or {@code udp}
   * @param address on the host; empty: all of both families
   * @param first on the host; 0: any that is free
   * @param last 0 with first 0
   */
  public record PortRequest(String protocol, String address, int first, int last, int inside) {}

  /**
   * A name server.
   *
   * @param inside asked from the container's namespace, not the host's
   */
  public record Server(boolean inside, String address) {}

  /** Another name for a container, only for this one. */
  public record Link(String alias, String container) {}

  /** As the helper reads it. */
  public String text() {
    StringBuilder out = new StringBuilder();
    line(out, "root", root.toString());
    line(out, "container", container);
    line(out, "called", called);
    if (!hostname.isEmpty()) {
      line(out, "hostname", hostname);
    }
    hosts.ifPresent(h -> {
      line(out, "hosts", h.file().toString());
      h.lines().forEach(l -> out.append("text\t").append(l).append('\n'));
    });
    if (names) {
      line(out, "names");
    }
    for (Membership each : networks) {
      network(out, each);
    }
    for (PortRequest port : ports) {
      line(
          out,
          "port",
          port.protocol(),
          port.address().isEmpty() ? "*" : port.address(),
          Integer.toString(port.first()),
          Integer.toString(port.last()),
          Integer.toString(port.inside()));
    }
    for (Server server : servers) {
      line(out, "dns", server.inside() ? "container" : "host", server.address());
    }
    for (Link link : links) {
      line(out, "link", link.alias(), link.container());
    }
    return out.toString();
  }

  private static void network(StringBuilder out, Membership membership) {
    Bridge bridge = membership.bridge();
    StringBuilder flags = new StringBuilder("-");
    flags.append(bridge.internal() ? ",internal" : "");
    flags.append(bridge.masquerade() ? ",masquerade" : "");
    flags.append(bridge.icc() ? ",icc" : "");
    line(
        out,
        "network",
        bridge.id(),
        bridge.name(),
        bridge.device(),
        bridge.subnet(),
        Integer.toString(bridge.prefix()),
        bridge.gateway(),
        bridge.first(),
        bridge.last(),
        membership.address().orElse("-"),
        Integer.toString(bridge.mtu()),
        membership.mac().orElse("-"),
        flags.toString());
    for (String name : membership.names()) {
      line(out, "name", bridge.id(), name);
    }
  }

  private static void line(StringBuilder out, String... words) {
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      for (int c = 0; c < word.length(); c++) {
        if (word.charAt(c) < ' ') {
          throw new IllegalArgumentException(
              "a name in a network has control characters: " + word.strip());
        }
      }
      out.append(i == 0 ? "" : "\t").append(word);
    }
    out.append('\n');
  }
}
