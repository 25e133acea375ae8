package dev.jbuild.engine.network;

import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.runtime.net.NetworkPlan.Server;
import dev.jbuild.session.UserSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a container asks for names.
 *
 * @param resolvConf empty: as EtcFiles writes it, like the host's
 * @param servers behind ours
 */
record ContainerDns(Optional<String> resolvConf, List<Server> servers) {
  static final String OURS = "127.0.0.11";
  private static final String SLIRP = "10.0.2.3";
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  ContainerDns {
    servers = List.copyOf(servers);
  }

  /**
   * Decides.
   *
   * @param names whether containers find each other by name
   * @param wayOut whether one of its networks leads outside; else nothing is asked on its behalf
   *     from there (CVE-2024-29018)
   */
  static ContainerDns of(NetworkRequest request, boolean names, boolean wayOut) throws IOException {
    HostDns host = HostDns.read(RESOLV_CONF);
    List<String> given = request.hostConfig().texts("Dns");
    List<String> search = request.hostConfig().texts("DnsSearch");
    List<String> options = request.hostConfig().texts("DnsOptions");
    boolean ours = names || given.isEmpty() && host.onlyLocal();
    if (!ours && given.isEmpty() && search.isEmpty() && options.isEmpty()) {
      return new ContainerDns(Optional.empty(), List.of());
    }
    List<Server> servers = new ArrayList<>();
    for (String address : given.isEmpty() ? host.servers() : given) {
      boolean inside = !wayOut || !given.isEmpty();
      servers.add(new Server(inside, inside ? address : reachable(address)));
    }
    List<String> shown = ours ? List.of(OURS) : servers.stream().map(Server::address).toList();
    String text =
        text(
            shown,
            search.isEmpty() ? host.search() : search,
            options.isEmpty() ? host.options() : options,
            names);
    return new ContainerDns(Optional.of(text), ours ? servers : List.of());
  }

  /** A user's session has its own network, in which slirp4netns answers for the machine. */
  private static String reachable(String server) {
    boolean session = System.getenv(UserSession.VARIABLE) != null;
    return session && HostDns.isLocal(server) ? SLIRP : server;
  }

  private static String text(
      List<String> servers, List<String> search, List<String> options, boolean names) {
    StringBuilder text = new StringBuilder();
    for (String server : servers) {
      text.append("nameserver ").append(server).append('\n');
    }
    // A point as the only domain: none.
    if (!search.isEmpty() && !search.equals(List.of("."))) {
      text.append("search ").append(String.join(" ", search)).append('\n');
    }
    List<String> all = new ArrayList<>(options);
    // Names of containers have no points, and are asked for as they are first.
    if (names && all.stream().noneMatch(o -> o.startsWith("ndots:"))) {
      all.add("ndots:0");
    }
    if (!all.isEmpty()) {
      text.append("options ").append(String.join(" ", all)).append('\n');
    }
    return text.toString();
  }
}
