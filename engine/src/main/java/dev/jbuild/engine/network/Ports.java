package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.container.NetworkRequest;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.net.NetworkPlan.PortRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/** Published ports: what is asked for, and what a helper got. */
final class Ports {
  private static final int REFUSED = 125;

  private Ports() {}

  /**
   * The ports of a container that is about to start.
   *
   * @param usualAddress where those are published that name no address; empty: everywhere
   */
  static List<PortRequest> wanted(NetworkRequest request, String usualAddress) {
    List<PortRequest> ports = new ArrayList<>();
    Json.Obj bindings = request.hostConfig().object("PortBindings");
    for (String port : bindings.members().keySet()) {
      for (Json.Obj binding : bindings.objects(port)) {
        ports.add(
            wanted(
                port,
                binding.text("HostIp").filter(a -> !a.isEmpty()).orElse(usualAddress),
                binding.text("HostPort").orElse("")));
      }
    }
    if (request.hostConfig().flag("PublishAllPorts")) {
      for (String port : request.exposedPorts()) {
        if (bindings.objects(port).isEmpty()) {
          ports.add(wanted(port, usualAddress, ""));
        }
      }
    }
    return ports;
  }

  private static PortRequest wanted(String port, String address, String host) {
    int slash = port.indexOf('/');
    String protocol = slash < 0 ? "tcp" : port.substring(slash + 1);
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      throw new EngineException(
          REFUSED, "port " + port + " can't be published: only tcp and udp can");
    }
    if (!address.isEmpty() && Subnet.number(address).isEmpty() && !isIpv6(address)) {
      throw new EngineException(
          REFUSED, "invalid IP address " + address + " for the published port " + port);
    }
    int dash = host.indexOf('-');
    int first = number(dash < 0 ? host : host.substring(0, dash));
    int last = dash < 0 ? first : number(host.substring(dash + 1));
    return new PortRequest(
        protocol, address, first, last, number(slash < 0 ? port : port.substring(0, slash)));
  }

  /** Two points at least, and nothing that a name could have; the helper looks closer. */
  private static boolean isIpv6(String address) {
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c != ':' && c != '.' && Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return address.indexOf(':') != address.lastIndexOf(':');
  }

  private static int number(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= 65535) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new EngineException(REFUSED, "invalid port: " + text);
  }

  /** What a helper has published, in the form of {@code NetworkSettings.Ports}. */
  static SequencedMap<String, List<Json>> published(Path live) throws IOException {
    SequencedMap<String, List<Json>> ports = new LinkedHashMap<>();
    String text;
    try {
      text = Files.readString(live);
    } catch (NoSuchFileException _) {
      return ports;
    }
    for (String line : text.split("\n", -1)) {
      String[] words = line.split("\t", -1);
      if (words.length == 5 && words[0].equals("port")) {
        ports
            .computeIfAbsent(words[2] + "/" + words[1], _ -> new ArrayList<>())
            .add(Json.obj().with("HostIp", words[3]).with("HostPort", words[4]));
      }
    }
    return ports;
  }

  /** The same with the ports that are only exposed: {@code null}. */
  static Json.Obj json(Map<String, List<Json>> published, Set<String> exposed) {
    Set<String> all = new TreeSet<>(exposed);
    all.addAll(published.keySet());
    Json.Obj json = Json.obj();
    for (String port : all) {
      List<Json> bindings = published.get(port);
      json = json.with(port, bindings == null ? new Json.Null() : new Json.Arr(bindings));
    }
    return json;
  }
}
