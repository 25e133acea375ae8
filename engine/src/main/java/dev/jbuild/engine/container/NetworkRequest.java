package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a container wants of networks, in the JSON of Docker's API (ContainerCreate).
 *
 * @param id 64 hexadecimal digits
 * @param name without a slash
 * @param hostname the container's own
 * @param folder the container's folder, where state of the network may be kept in files whose names
 *     begin with {@code net}; it goes with the container
 * @param hostConfig {@code NetworkMode} (default, bridge, none or a network's name), {@code
 *     PortBindings} {@code {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}, {@code
 *     PublishAllPorts}, {@code Dns}, {@code DnsSearch}, {@code DnsOptions}, {@code ExtraHosts},
 *     {@code Links}
 * @param endpoints the {@code EndpointsConfig} of the API: by network name, {@code {"Aliases": [],
 *     "IPAMConfig": {"IPv4Address": ""}, "MacAddress": ""}}
 * @param exposedPorts of image and flags, e.g. {@code 80/tcp}
 */
public record NetworkRequest(
    String id,
    String name,
    String hostname,
    Path folder,
    Json.Obj hostConfig,
    Json.Obj endpoints,
    SortedSet<String> exposedPorts) {
  public NetworkRequest {
    exposedPorts = new TreeSet<>(exposedPorts);
  }

  /** The mode; {@code default} where none was asked for. */
  public String mode() {
    return hostConfig.text("NetworkMode").filter(m -> !m.isEmpty()).orElse("default");
  }
}
