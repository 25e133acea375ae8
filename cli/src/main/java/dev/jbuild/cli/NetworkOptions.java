package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Flags of run that are about networks and ports. */
final class NetworkOptions {
  private static final int LAST_PORT = 65535;

  private NetworkOptions() {}

  /** The first network, or {@code default}. */
  static String mode(Arguments given) {
    List<String> networks = given.values("--network");
    if (networks.isEmpty()) {
      return "default";
    }
    String name = name(networks.getFirst());
    boolean lone = name.equals("host") || name.equals("none") || name.startsWith("container:");
    if (lone && networks.size() > 1) {
      throw new UsageException("conflicting options: cannot attach both user-defined and " + name);
    }
    if (name.startsWith("container:")) {
      refuseOwn(given);
    }
    return name;
  }

  /** What belongs to a network of one's own. */
  private static void refuseOwn(Arguments given) {
    String[][] flags = {
      {"--publish", "port publishing"},
      {"--expose", "port exposing"},
      {"--link", "links"},
      {"--dns", "dns"},
      {"--add-host", "custom host-to-IP mapping"},
    };
    for (String[] flag : flags) {
      if (!given.values(flag[0]).isEmpty()) {
        throw new UsageException(
            "conflicting options: " + flag[1] + " and the container type network mode");
      }
    }
    if (given.value("--hostname").isPresent()) {
      throw new UsageException("conflicting options: hostname and the container type network mode");
    }
    if (given.flag("--publish-all")) {
      throw new UsageException(
          "conflicting options: port publishing and the container type network mode");
    }
  }

  private static String name(String text) {
    return text.indexOf('=') < 0
        ? text
        : Optional.ofNullable(Fields.parse("--network", text).get("name"))
            .orElseThrow(
                () -> new UsageException("invalid --network: " + text + ": name is missing"));
  }

  /** The {@code EndpointsConfig}. */
  static Json.Obj endpoints(Arguments given) {
    if (given.value("--ip6").isPresent()) {
      throw new UsageException("--ip6 is not supported: networks have IPv4 addresses");
    }
    List<String> networks = given.values("--network");
    String mode = mode(given);
    boolean usual = mode.equals("default") || mode.equals("bridge");
    boolean none = mode.equals("host") || mode.equals("none") || mode.startsWith("container:");
    if (!given.values("--network-alias").isEmpty() && (usual || none)) {
      throw new UsageException(
          "network-scoped aliases are only supported for user-defined networks");
    }
    if (networks.isEmpty()
        && (given.value("--ip").isPresent() || given.value("--mac-address").isPresent())) {
      networks = List.of("bridge");
    }
    Json.Obj endpoints = Json.obj();
    boolean first = true;
    for (String text : networks) {
      Map<String, String> fields =
          text.indexOf('=') < 0 ? Map.of() : Fields.parse("--network", text);
      List<String> aliases = new ArrayList<>();
      if (first) {
        aliases.addAll(given.values("--network-alias"));
      }
      Optional.ofNullable(fields.get("alias")).ifPresent(aliases::add);
      Optional<String> ownIp = first ? given.value("--ip") : Optional.empty();
      Optional<String> ip = Optional.ofNullable(fields.get("ip")).or(() -> ownIp);
      Json.Obj endpoint = Json.obj().with("Aliases", Json.texts(aliases));
      if (ip.isPresent()) {
        endpoint = endpoint.with("IPAMConfig", Json.obj().with("IPv4Address", ip.get()));
      }
      Optional<String> ownMac = first ? given.value("--mac-address") : Optional.empty();
      Optional<String> mac = Optional.ofNullable(fields.get("mac-address")).or(() -> ownMac);
      endpoints = endpoints.with(name(text), endpoint.withOptional("MacAddress", mac));
      first = false;
    }
    return endpoints;
  }

  /** {@code ExposedPorts}: of {@code --expose} and of what is published. */
  static Json.Obj exposed(Arguments given) {
    Json.Obj ports = Json.obj();
    for (String text : given.values("--expose")) {
      for (int port : range(text, portPart(text))) {
        ports = ports.with(port + "/" + protocol(text), Json.obj());
      }
    }
    for (String port : bindings(given).members().keySet()) {
      ports = ports.with(port, Json.obj());
    }
    return ports;
  }

  /** {@code PortBindings}. */
  static Json.Obj bindings(Arguments given) {
    Json.Obj bindings = Json.obj();
    for (String text : given.values("--publish")) {
      bindings = text.indexOf('=') >= 0 ? longForm(bindings, text) : shortForm(bindings, text);
    }
    return bindings;
  }

  private static Json.Obj longForm(Json.Obj bindings, String text) {
    Map<String, String> fields = Fields.parse("--publish", text);
    String target = fields.getOrDefault("target", "");
    String published = fields.getOrDefault("published", "");
    return shortForm(
        bindings, published + ":" + target + "/" + fields.getOrDefault("protocol", "tcp"));
  }

  /** {@code [ip:][host port[-last]:]port[-last][/protocol]}. */
  private static Json.Obj shortForm(Json.Obj bindings, String text) {
    String rest = portPart(text);
    int colon = rest.lastIndexOf(':');
    int[] inside = range(text, rest.substring(colon + 1));
    rest = colon < 0 ? "" : rest.substring(0, colon);
    int ipEnd = rest.lastIndexOf(':');
    String host = rest.substring(ipEnd + 1);
    String ip = ipEnd < 0 ? "" : rest.substring(0, ipEnd);
    if (ip.startsWith("[") && ip.endsWith("]")) {
      ip = ip.substring(1, ip.length() - 1);
    }
    int[] outside = host.isEmpty() ? new int[0] : range(text, host);
    boolean choice = inside.length == 1 && outside.length > 1;
    if (outside.length > 0 && outside.length != inside.length && !choice) {
      throw invalid(text, "the ranges of ports differ in length");
    }
    Json.Obj all = bindings;
    for (int i = 0; i < inside.length; i++) {
      String port = inside[i] + "/" + protocol(text);
      String hostPort = outside.length == 0 ? "" : Integer.toString(outside[choice ? 0 : i]);
      hostPort = choice ? outside[0] + "-" + outside[outside.length - 1] : hostPort;
      List<Json> list = new ArrayList<>(all.array(port));
      list.add(Json.obj().with("HostIp", ip).with("HostPort", hostPort));
      all = all.with(port, new Json.Arr(list));
    }
    return all;
  }

  private static String portPart(String text) {
    int slash = text.lastIndexOf('/');
    return slash < 0 ? text : text.substring(0, slash);
  }

  private static String protocol(String text) {
    int slash = text.lastIndexOf('/');
    String protocol =
        slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(java.util.Locale.ROOT);
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      throw invalid(text, "protocols are tcp and udp");
    }
    return protocol;
  }

  private static int[] range(String text, String ports) {
    int dash = ports.indexOf('-');
    try {
      int first = Integer.parseInt(dash < 0 ? ports : ports.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(ports.substring(dash + 1));
      if (first < 1 || last > LAST_PORT || last < first) {
        throw invalid(text, "ports are 1 to " + LAST_PORT);
      }
      int[] all = new int[last - first + 1];
      for (int i = 0; i < all.length; i++) {
        all[i] = first + i;
      }
      return all;
    } catch (NumberFormatException _) {
      throw invalid(text, "invalid containerPort: " + ports);
    }
  }

  private static UsageException invalid(String text, String why) {
    return new UsageException(
        "invalid argument \"" + text + "\" for \"-p, --publish\" flag: " + why);
  }
}
