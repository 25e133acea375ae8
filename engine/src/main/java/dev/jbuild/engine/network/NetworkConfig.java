package dev.jbuild.engine.network;

import dev.jbuild.oci.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A network as it was made.
 *
 * @param id 64 hexadecimal digits
 * @param created as in RFC 3339
 * @param driver {@code bridge}, {@code host} or {@code null}
 * @param addresses none of {@code host} and {@code null}
 */
public record NetworkConfig(
    String id,
    String name,
    String created,
    String driver,
    Optional<Addresses> addresses,
    boolean internal,
    boolean attachable,
    SequencedMap<String, String> options,
    SequencedMap<String, String> labels) {
  private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
  private static final String DEFAULT_BRIDGE = "com.docker.network.bridge.default_bridge";
  private static final String GIVEN = "SubnetGiven";

  public NetworkConfig {
    options = new LinkedHashMap<>(options);
    labels = new LinkedHashMap<>(labels);
  }

  /**
   * Its addresses.
   *
   * @param given the subnet was asked for; else another one may take its place while nobody uses it
   */
  record Addresses(Subnet subnet, long gateway, Optional<Subnet> range, boolean given) {
    /** Of those that are given without being asked for. */
    long first() {
      return range.map(Subnet::start).filter(s -> s > subnet.start()).orElse(subnet.start() + 1);
    }

    long last() {
      return range.map(Subnet::end).filter(e -> e < subnet.end()).orElse(subnet.end() - 1);
    }

    static Addresses of(Subnet subnet) {
      return new Addresses(subnet, subnet.start() + 1, Optional.empty(), false);
    }

    private Json.Obj toJson() {
      Json.Obj json = Json.obj().with("Subnet", subnet.toString());
      if (range.isPresent()) {
        json = json.with("IPRange", range.get().toString());
      }
      return json.with("Gateway", Subnet.address(gateway));
    }
  }

  /** One of those that are always there. */
  public boolean predefined() {
    return driver.equals("host") || driver.equals("null") || isDefaultBridge();
  }

  /** The one for containers that ask for none: nobody has a name there. */
  boolean isDefaultBridge() {
    return "true".equals(options.get(DEFAULT_BRIDGE));
  }

  /** The name of its bridge device. */
  String device() {
    return options.getOrDefault(BRIDGE_NAME, "jb-" + id.substring(0, 12));
  }

  boolean option(String name, boolean otherwise) {
    String value = options.get("com.docker.network.bridge." + name);
    return value == null ? otherwise : value.equals("true") || value.equals("1");
  }

  public String shortId() {
    return id.substring(0, 12);
  }

  NetworkConfig withAddresses(Addresses other) {
    return new NetworkConfig(
        id, name, created, driver, Optional.of(other), internal, attachable, options, labels);
  }

  static SequencedMap<String, String> defaultBridgeOptions(String device) {
    SequencedMap<String, String> options = new LinkedHashMap<>();
    options.put(DEFAULT_BRIDGE, "true");
    options.put("com.docker.network.bridge.enable_icc", "true");
    options.put("com.docker.network.bridge.enable_ip_masquerade", "true");
    options.put("com.docker.network.bridge.host_binding_ipv4", "0.0.0.0");
    options.put(BRIDGE_NAME, device);
    return options;
  }

  /** In the form of Docker's inspect. */
  public Json.Obj toJson(Json.Obj containers) {
    List<Json> blocks = addresses.map(a -> List.<Json>of(a.toJson())).orElse(List.of());
    return Json.obj()
        .with("Name", name)
        .with("Id", id)
        .with("Created", created)
        .with("Scope", "local")
        .with("Driver", driver)
        .with("EnableIPv4", true)
        .with("EnableIPv6", false)
        .with(
            "IPAM",
            Json.obj()
                .with("Driver", "default")
                .with("Options", new Json.Null())
                .with("Config", new Json.Arr(blocks)))
        .with("Internal", internal)
        .with("Attachable", attachable)
        .with("Ingress", false)
        .with("ConfigFrom", Json.obj().with("Network", ""))
        .with("ConfigOnly", false)
        .with("Containers", containers)
        .with("Options", Json.textMap(options))
        .with("Labels", Json.textMap(labels));
  }

  /** As it is kept. */
  Json.Obj toFile() {
    return toJson(Json.obj()).with(GIVEN, addresses.isPresent() && addresses.get().given());
  }

  static NetworkConfig fromFile(Json.Obj json) {
    Optional<Addresses> addresses = Optional.empty();
    for (Json.Obj block : json.object("IPAM").objects("Config")) {
      Subnet subnet = Subnet.parse(block.text("Subnet").orElse("")).orElseThrow();
      addresses =
          Optional.of(
              new Addresses(
                  subnet,
                  Subnet.number(block.text("Gateway").orElse("")).orElse(subnet.start() + 1),
                  block.text("IPRange").flatMap(Subnet::parse),
                  json.flag(GIVEN)));
    }
    return new NetworkConfig(
        json.text("Id").orElse(""),
        json.text("Name").orElse(""),
        json.text("Created").orElse(""),
        json.text("Driver").orElse("bridge"),
        addresses,
        json.flag("Internal"),
        json.flag("Attachable"),
        json.textMap("Options"),
        json.textMap("Labels"));
  }
}
