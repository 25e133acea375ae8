package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.time.Instant;

/** A container in the form of Docker's inspect. */
public final class ContainerInspect {
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private ContainerInspect() {}

  /**
   * All of it.
   *
   * @param networks {@code NetworkSettings}
   */
  public static Json.Obj of(Container container, Json.Obj networks) throws IOException {
    ContainerState state = container.state();
    Json.Obj json = container.json();
    String folder = container.folder().toString();
    Json.Obj all =
        Json.obj()
            .with("Id", container.id())
            .with("Created", json.text("Created").orElse(NEVER))
            .with("Path", json.text("Path").orElse(""))
            .with("Args", Json.texts(json.texts("Args")))
            .with("State", state(state))
            .with("Image", container.imageId())
            .with("ResolvConfPath", folder + "/etc/resolv.conf")
            .with("HostnamePath", folder + "/etc/hostname")
            .with("HostsPath", folder + "/etc/hosts")
            .with("LogPath", folder + "/log")
            .with("Name", json.text("Name").orElse(""))
            .with("RestartCount", state.restarts())
            .with("Driver", "overlay2")
            .with("Platform", "linux")
            .with("MountLabel", "")
            .with("ProcessLabel", "")
            .with("AppArmorProfile", "")
            .with("ExecIDs", new Json.Null())
            .with("HostConfig", HostConfigView.of(container.hostConfig()))
            .with(
                "GraphDriver",
                Json.obj()
                    .with("Name", "overlay2")
                    .with(
                        "Data",
                        Json.obj()
                            .with("UpperDir", folder + "/upper")
                            .with("WorkDir", folder + "/work")))
            .with("Mounts", new Json.Arr(java.util.List.copyOf(container.mounts())))
            .with("Config", container.config());
    return all.with("NetworkSettings", networks);
  }

  private static Json.Obj state(ContainerState state) {
    Json.Obj json =
        Json.obj()
            .with("Status", state.status())
            .with("Running", state.supervised())
            .with("Paused", state.status().equals("paused"))
            .with("Restarting", state.status().equals("restarting"))
            .with("OOMKilled", state.oomKilled())
            .with("Dead", false)
            .with("Pid", state.pid())
            .with("ExitCode", state.exitCode())
            .with("Error", state.error())
            .with("StartedAt", state.started().map(Instant::toString).orElse(NEVER))
            .with("FinishedAt", state.finished().map(Instant::toString).orElse(NEVER));
    return state.health().isPresent() ? json.with("Health", state.health().get()) : json;
  }
}
