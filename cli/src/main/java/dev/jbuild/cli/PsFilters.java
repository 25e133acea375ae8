package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which containers are wanted. */
final class PsFilters {
  private static final Set<String> KNOWN =
      Set.of(
          "id",
          "name",
          "label",
          "exited",
          "status",
          "ancestor",
          "before",
          "since",
          "volume",
          "network",
          "publish",
          "expose",
          "health",
          "is-task");

  private static final List<String> STATES =
      List.of("created", "running", "paused", "restarting", "removing", "exited", "dead");

  private static final List<String> HEALTHS = List.of("none", "starting", "healthy", "unhealthy");

  private final Filters filters;
  private final Session session;

  private PsFilters(Filters filters, Session session) {
    this.filters = filters;
    this.session = session;
  }

  static PsFilters parse(List<String> texts, Session session) {
    Filters filters = Filters.parse(texts, KNOWN);
    check(filters, "status", "state", STATES);
    check(filters, "health", "health", HEALTHS);
    for (String code : filters.of("exited")) {
      if (code.isEmpty() || !code.chars().allMatch(Character::isDigit)) {
        throw new UsageException("invalid filter 'exited=" + code + "'");
      }
    }
    return new PsFilters(filters, session);
  }

  private static void check(Filters filters, String key, String called, List<String> known) {
    for (String value : filters.of(key)) {
      if (!known.contains(value)) {
        throw new UsageException(
            "invalid filter '%s=%s': invalid value for %s (%s): must be one of %s"
                .formatted(key, value, called, value, String.join(", ", known)));
      }
    }
  }

  static String names() {
    return String.join(", ", KNOWN.stream().sorted().toList());
  }

  /** Some filters are about those that do not run. */
  boolean wantStopped() {
    return !filters.of("status").isEmpty() || !filters.of("exited").isEmpty();
  }

  boolean fit(Container container, ContainerState state) throws IOException {
    return filters.allow("id", id -> container.id().startsWith(id))
        && filters.allow("name", name -> nameFits(name, container.name()))
        && filters.allowLabels(container.labels())
        && filters.allow(
            "exited",
            code ->
                state.status().equals("exited") && code.equals(Integer.toString(state.exitCode())))
        && filters.allow("status", status -> status.equals(state.status()))
        && filters.allow("health", health -> health.equals(state.healthStatus()))
        && filters.allow("volume", volume -> mounts(container, volume))
        && filters.allow("network", network -> inNetwork(container, network))
        && filters.allow("expose", ports -> PortRange.parse("expose", ports).exposed(container))
        && published(container, state)
        && filters.allow("is-task", text -> text.equals("false"))
        && ancestor(container)
        && filters.allow("before", other -> container.created().isBefore(created(other)))
        && filters.allow("since", other -> container.created().isAfter(created(other)));
  }

  private Instant created(String other) {
    try {
      return session.parts().containers().find(other).created();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A part of the name; {@code ^} and {@code $} stand for its ends. */
  private static boolean nameFits(String pattern, String name) {
    return java.util.regex.Pattern.compile(
            pattern.startsWith("^/") ? "^" + pattern.substring(2) : pattern)
        .matcher(name)
        .find();
  }

  private static boolean mounts(Container container, String volume) {
    for (Json.Obj mount : container.mounts()) {
      if (mount.text("Name").orElse("").equals(volume)
          || mount.text("Destination").orElse("").equals(volume)) {
        return true;
      }
    }
    return false;
  }

  private static boolean inNetwork(Container container, String network) {
    String mode = container.hostConfig().text("NetworkMode").orElse("");
    return container
            .json()
            .object("NetworkingConfig")
            .object("EndpointsConfig")
            .members()
            .containsKey(network)
        || mode.equals(network)
        || mode.equals("default") && network.equals("bridge");
  }

  /** {@code 80}, {@code 80/udp}, {@code 8000-8080/tcp}. */
  private record PortRange(int first, int last, String protocol) {
    static PortRange parse(String key, String text) {
      int slash = text.indexOf('/');
      String ports = slash < 0 ? text : text.substring(0, slash);
      int dash = ports.indexOf('-');
      try {
        int first = Integer.parseInt(dash < 0 ? ports : ports.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(ports.substring(dash + 1));
        return new PortRange(first, last, slash < 0 ? "tcp" : text.substring(slash + 1));
      } catch (NumberFormatException _) {
        throw new UsageException("invalid filter '" + key + "=" + text + "': invalid port");
      }
    }

    boolean has(String port, String protocol) {
      return protocol.equals(this.protocol)
          && !port.isEmpty()
          && first <= Integer.parseInt(port)
          && Integer.parseInt(port) <= last;
    }

    boolean exposed(Container container) {
      for (String port : container.config().object("ExposedPorts").members().keySet()) {
        int slash = port.indexOf('/');
        if (has(port.substring(0, slash), port.substring(slash + 1))) {
          return true;
        }
      }
      return false;
    }

    /** By the host's ports, as the container has them while it runs. */
    boolean published(Json.Obj ports) {
      for (String port : ports.members().keySet()) {
        for (Json.Obj binding : ports.objects(port)) {
          if (has(binding.text("HostPort").orElse(""), port.substring(port.indexOf('/') + 1))) {
            return true;
          }
        }
      }
      return false;
    }
  }

  private boolean published(Container container, ContainerState state) throws IOException {
    if (filters.of("publish").isEmpty()) {
      return true;
    }
    Json.Obj ports = Ports.of(container, state, session);
    return filters.allow("publish", text -> PortRange.parse("publish", text).published(ports));
  }

  /** The image by its name or id, or one that it is made from. */
  private boolean ancestor(Container container) throws IOException {
    if (filters.of("ancestor").isEmpty()) {
      return true;
    }
    for (String name : filters.of("ancestor")) {
      if (container.image().equals(name)
          || container.imageId().equals(name)
          || container.imageId().startsWith("sha256:" + name)) {
        return true;
      }
      Optional<LocalImage> image = session.parts().localImages().find(name, Platform.host());
      List<String> layers = Files.readAllLines(container.folder().resolve("refs"));
      if (image.isPresent()
          && !image.get().layers().isEmpty()
          && layers.containsAll(image.get().layers().stream().map(PsFilters::id).toList())) {
        return true;
      }
    }
    return false;
  }

  private static String id(Layer layer) {
    return layer.id().value();
  }
}
