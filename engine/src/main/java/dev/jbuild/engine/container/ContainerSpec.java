package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.util.Optional;

/**
 * What is asked of a new container, in the terms of Docker's API (ContainerCreate).
 *
 * @param name without a slash; one is made up where there is none
 * @param image as it was asked for
 * @param config what differs from the image's {@code Config}
 * @param hostConfig {@code HostConfig}
 * @param endpoints {@code EndpointsConfig} by network
 */
public record ContainerSpec(
    Optional<String> name,
    String image,
    Json.Obj config,
    Json.Obj hostConfig,
    Json.Obj endpoints) {}
