package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.engine.network.NetworkConfig;
import dev.jbuild.engine.network.Networks;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** A container that is put into a network, or taken out of it. */
record NetworkChange(Session session, Container container, NetworkConfig network) {
  private static final String PRIVATE =
      "container cannot be connected to multiple networks with one of the networks in private"
          + " (none) mode";

  void connect(Json.Obj endpoint) throws IOException {
    String mode = mode();
    if (network.driver().equals("host")) {
      throw EngineVerb.failure(
          "container cannot be disconnected from host network or connected to host network");
    }
    if (network.driver().equals("null")) {
      throw EngineVerb.failure(PRIVATE);
    }
    if (mode.equals("host") || mode.startsWith("container:")) {
      throw EngineVerb.failure(
          "container sharing network namespace with another container or host cannot be connected"
              + " to any other network");
    }
    if (isIn()) {
      throw EngineVerb.failure(
          "endpoint with name "
              + container.name()
              + " already exists in network "
              + network.name());
    }
    boolean running = container.state().running();
    // One that was taken out of its last network is still in a namespace of its own.
    if (mode.equals("none") && running && !networks().isManaged(container.id())) {
      throw EngineVerb.failure(PRIVATE);
    }
    Container changed =
        changed(
            mode.equals("none") ? network.name() : mode,
            endpoints().with(network.name(), endpoint));
    if (running) {
      networks().connect(Lifecycle.networkRequest(changed), network);
    }
    save(changed);
  }

  void disconnect() throws IOException {
    if (!isIn()) {
      throw EngineVerb.failure(
          "container " + container.id() + " is not connected to network " + network.name());
    }
    if (container.state().running()) {
      networks().disconnect(container.id(), network);
    }
    SequencedMap<String, Json> left = new LinkedHashMap<>(endpoints().members());
    left.remove(network.name());
    String mode = mode();
    if (isMode(mode)) {
      mode = left.isEmpty() ? "none" : left.firstEntry().getKey();
    }
    save(changed(mode, new Json.Obj(left)));
  }

  private Networks networks() throws IOException {
    return session.parts().networkStore();
  }

  private boolean isMode(String mode) {
    return mode.equals(network.name())
        || mode.equals(network.id())
        || mode.equals("default") && network.name().equals("bridge");
  }

  private boolean isIn() {
    return isMode(mode()) || endpoints().members().containsKey(network.name());
  }

  private String mode() {
    return container.hostConfig().text("NetworkMode").filter(m -> !m.isEmpty()).orElse("default");
  }

  private Json.Obj endpoints() {
    return container.json().object("NetworkingConfig").object("EndpointsConfig");
  }

  private Container changed(String mode, Json.Obj endpoints) {
    Json.Obj json =
        container
            .json()
            .with("HostConfig", container.hostConfig().with("NetworkMode", mode))
            .with(
                "NetworkingConfig",
                container.json().object("NetworkingConfig").with("EndpointsConfig", endpoints));
    return new Container(container.id(), container.folder(), json);
  }

  private void save(Container changed) throws IOException {
    session.parts().containers().update(container, changed.json());
  }
}
