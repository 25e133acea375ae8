package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ports of a container, as listings show them. */
final class Ports {
  private Ports() {}

  /** {@code NetworkSettings.Ports}. */
  static Json.Obj of(Container container, ContainerState state, Session session)
      throws IOException {
    return session
        .parts()
        .networks()
        .settings(Lifecycle.networkRequest(container), state.running())
        .object("Ports");
  }

  /** E.g. {@code 0.0.0.0:8080->80/tcp, 443/tcp}; neighbours are put together. */
  static String text(Container container, ContainerState state, Session session)
      throws IOException {
    if (!state.running()) {
      return "";
    }
    Json.Obj ports = of(container, state, session);
    for (String exposed : container.config().object("ExposedPorts").members().keySet()) {
      if (!ports.members().containsKey(exposed)) {
        ports = ports.with(exposed, new Json.Null());
      }
    }
    return text(ports);
  }

  /** One host address and protocol, and whether the host's port is the container's own. */
  private record Group(String ip, String protocol, int offset) {}

  static String text(Json.Obj ports) {
    Map<String, List<int[]>> runs = new TreeMap<>();
    Map<String, Group> groups = new TreeMap<>();
    for (String port : ports.members().keySet()) {
      int slash = port.indexOf('/');
      int inside = Integer.parseInt(port.substring(0, slash));
      String protocol = port.substring(slash + 1);
      List<Json.Obj> bindings = ports.objects(port);
      if (bindings.isEmpty()) {
        add(runs, groups, new Group("", protocol, 0), inside);
      }
      for (Json.Obj binding : bindings) {
        int outside = Integer.parseInt(binding.text("HostPort").orElse("0"));
        String ip = binding.text("HostIp").orElse("0.0.0.0");
        add(runs, groups, new Group(ip, protocol, outside - inside), inside);
      }
    }
    List<String> texts = new ArrayList<>();
    runs.forEach((key, list) -> {
      Group group = groups.getOrDefault(key, new Group("", "", 0));
      list.sort((a, b) -> Integer.compare(a[0], b[0]));
      join(list).forEach(run -> texts.add(text(group, run)));
    });
    return String.join(", ", texts);
  }

  private static void add(
      Map<String, List<int[]>> runs, Map<String, Group> groups, Group group, int inside) {
    // Published ones first, as docker sorts them.
    String key = (group.ip.isEmpty() ? "1" : "0") + group;
    groups.put(key, group);
    runs.computeIfAbsent(key, _ -> new ArrayList<>()).add(new int[] {inside, inside});
  }

  private static List<int[]> join(List<int[]> sorted) {
    List<int[]> joined = new ArrayList<>();
    for (int[] run : sorted) {
      if (!joined.isEmpty() && joined.getLast()[1] + 1 == run[0]) {
        joined.getLast()[1] = run[1];
      } else {
        joined.add(run.clone());
      }
    }
    return joined;
  }

  private static String text(Group group, int[] run) {
    String inside = range(run[0], run[1]) + "/" + group.protocol;
    if (group.ip.isEmpty()) {
      return inside;
    }
    String ip = group.ip.indexOf(':') >= 0 ? "[" + group.ip + "]" : group.ip;
    return ip + ":" + range(run[0] + group.offset, run[1] + group.offset) + "->" + inside;
  }

  private static String range(int first, int last) {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
