package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;

/**
 * Where containers get their network from.
 *
 * <p>A container's network lasts from its start to its final stop: {@link #attach} is called before
 * each start by a user, not before a restart by the supervisor, which keeps the namespace and the
 * helper, and takes both down in the end.
 */
public interface ContainerNetworks {
  /**
   * Plans the network of a container that is about to start; for all modes but {@code host} and
   * {@code container:}. What a former run left, whose supervisor was killed, is replaced.
   *
   * @throws dev.jbuild.engine.EngineException when a network is not known, an address or a port
   *     taken
   */
  NetworkSetup attach(NetworkRequest request) throws IOException;

  /**
   * Takes down whatever is left of a container's network in this machine: after a supervisor was
   * killed, after a failed start, and before a removal. Nothing happens when nothing is left.
   */
  void release(String containerId) throws IOException;

  /**
   * The {@code NetworkSettings} of {@code inspect}, with {@code Ports} and {@code Networks}, of a
   * container that runs or of one that does not.
   */
  Json.Obj settings(NetworkRequest request, boolean running) throws IOException;

  /** It has another name now, by which others find it. */
  default void renamed(String containerId, String before, String after) throws IOException {}

  /** There are none but the host's and empty ones. */
  record None() implements ContainerNetworks {
    @Override
    public NetworkSetup attach(NetworkRequest request) {
      throw new dev.jbuild.engine.EngineException(125, "network " + request.mode() + " not found");
    }

    @Override
    public void release(String containerId) {}

    @Override
    public Json.Obj settings(NetworkRequest request, boolean running) {
      return Json.obj().with("Ports", Json.obj()).with("Networks", Json.obj());
    }
  }
}
