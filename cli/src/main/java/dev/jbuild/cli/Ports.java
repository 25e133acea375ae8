package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** E.g. {@code 443/tcp, 0.0.0.0:8080->80/tcp}. */
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

  /** One line of the table of ports; without a host's address it is not published. */
  private record Entry(int inside, String ip, int outside, String protocol) {
    private static final Comparator<Entry> ORDER =
        Comparator.comparingInt(Entry::inside)
            .thenComparing(Entry::ip)
            .thenComparingInt(Entry::outside)
            .thenComparing(Entry::protocol);

    /** An address of version 6 in brackets. */
    String host() {
      return ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
    }
  }

  /**
   * In docker's order: what has the same number on both sides, neighbours put together, and what is
   * not published; then the others one by one.
   */
  static String text(Json.Obj ports) {
    Map<String, List<int[]>> runs = new LinkedHashMap<>();
    List<String> mapped = new ArrayList<>();
    for (Entry entry : entries(ports)) {
      if (!entry.ip.isEmpty() && entry.outside != entry.inside) {
        mapped.add(entry.host() + ":" + entry.outside + "->" + entry.inside + "/" + entry.protocol);
      } else {
        runs.computeIfAbsent(entry.host() + "/" + entry.protocol, _ -> new ArrayList<>())
            .add(new int[] {entry.inside, entry.inside});
      }
    }
    List<String> texts = new ArrayList<>();
    runs.forEach((key, list) -> {
      int slash = key.lastIndexOf('/');
      String host = key.substring(0, slash);
      for (int[] run : join(list)) {
        String numbers = range(run[0], run[1]);
        String outside = host.isEmpty() ? "" : host + ":" + numbers + "->";
        texts.add(outside + numbers + key.substring(slash));
      }
    });
    texts.addAll(mapped);
    return String.join(", ", texts);
  }

  private static List<Entry> entries(Json.Obj ports) {
    List<Entry> entries = new ArrayList<>();
    for (String port : ports.members().keySet()) {
      int slash = port.indexOf('/');
      int inside = Integer.parseInt(port.substring(0, slash));
      String protocol = port.substring(slash + 1);
      List<Json.Obj> bindings = ports.objects(port);
      if (bindings.isEmpty()) {
        entries.add(new Entry(inside, "", 0, protocol));
      }
      for (Json.Obj binding : bindings) {
        int outside = Integer.parseInt(binding.text("HostPort").orElse("0"));
        entries.add(new Entry(inside, binding.text("HostIp").orElse("0.0.0.0"), outside, protocol));
      }
    }
    entries.sort(Entry.ORDER);
    return entries;
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

  private static String range(int first, int last) {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
