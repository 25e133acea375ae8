package dev.jbuild.engine.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a container's supervisor needs to make its network.
 *
 * @param plan a file for the network helper in the shim, which makes the namespace when the
 *     container starts and takes it down when it has stopped for good; through restarts by the
 *     supervisor it stays. Empty: a new namespace per start with nothing but a loopback device
 * @param resolvConf the content of {@code /etc/resolv.conf}; empty: like the host's
 * @param hosts further lines of {@code /etc/hosts}
 * @param links containers that it has to know variables of
 * @param networks those that it is going to be in
 */
public record NetworkSetup(
    Optional<Path> plan,
    Optional<String> resolvConf,
    List<String> hosts,
    List<Linked> links,
    List<Joined> networks) {
  public NetworkSetup {
    networks = List.copyOf(networks);
    hosts = List.copyOf(hosts);
    links = List.copyOf(links);
  }

  /**
   * Another container that this one is linked to.
   *
   * @param container its id
   */
  public record Linked(String alias, String container, String address) {}

  /** A network, for those who follow the events. */
  public record Joined(String id, String name, String driver) {}

  /** A namespace of its own with nothing but loopback. */
  public static NetworkSetup none() {
    return new NetworkSetup(Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());
  }
}
