package dev.jbuild.cli;

import dev.jbuild.cache.FolderSize;
import dev.jbuild.cli.format.Durations;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Lists containers. */
final class PsVerb implements Verb {
  private static final int COMMAND_WIDTH = 20;

  private final String name;

  PsVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "", "List containers")
        .flag("-a --all", "Also those that do not run")
        .values("-f --filter", "key=value", "Only those that fit: " + PsFilters.names())
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .value("-n --last", "number", "The last ones that were made")
        .flag("-l --latest", "The last one that was made")
        .flag("--no-trunc", "Show everything in full")
        .flag("-q --quiet", "Show ids only")
        .flag("-s --size", "Show sizes")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    PsFilters filters = PsFilters.parse(arguments.values("--filter"), session);
    session.parts().lifecycle().sweep();
    long most =
        arguments.flag("--latest") ? 1 : HostOptions.number("--last", arguments).orElse(-1L);
    boolean all = arguments.flag("--all") || most >= 0 || filters.wantStopped();
    boolean whole = arguments.flag("--no-trunc");
    boolean size = arguments.flag("--size");
    Listing listing = columns(size);
    List<String> ids = new ArrayList<>();
    for (Container container : session.parts().containers().all()) {
      ContainerState state = container.state();
      if (most >= 0 && ids.size() >= most) {
        break;
      }
      if ((all || state.supervised()) && filters.fit(container, state)) {
        ids.add(whole ? container.id() : container.shortId());
        if (!arguments.flag("--quiet")) {
          listing.row(row(container, state, whole, size, session));
        }
      }
    }
    if (arguments.flag("--quiet")) {
      ids.forEach(session.out()::println);
    } else {
      session.out().print(listing.print(arguments.value("--format").orElse("")));
    }
    return 0;
  }

  private static Listing columns(boolean size) {
    Listing listing =
        new Listing()
            .column("ID", "CONTAINER ID")
            .column("Image", "IMAGE")
            .column("Command", "COMMAND")
            .column("RunningFor", "CREATED")
            .column("Status", "STATUS")
            .column("Ports", "PORTS")
            .column("Names", "NAMES");
    if (size) {
      listing.column("Size", "SIZE");
    } else {
      listing.field("Size", "SIZE");
    }
    return listing
        .field("CreatedAt", "CREATED AT")
        .field("State", "STATE")
        .field("Labels", "LABELS")
        .field("LocalVolumes", "LOCAL VOLUMES")
        .field("Mounts", "MOUNTS")
        .field("Networks", "NETWORKS")
        .field("Platform", "PLATFORM");
  }

  private static Json.Obj row(
      Container container, ContainerState state, boolean whole, boolean size, Session session)
      throws IOException {
    List<String> mounts = new ArrayList<>();
    for (Json.Obj mount : container.mounts()) {
      mounts.add(mount.text("Name").orElse(mount.text("Source").orElse("")));
    }
    List<String> labels = new ArrayList<>();
    container.labels().forEach((key, value) -> labels.add(key + "=" + value));
    return Json.obj()
        .with("ID", whole ? container.id() : container.shortId())
        .with("Image", container.image())
        .with("Command", command(container, whole))
        .with("CreatedAt", Times.local(container.created()))
        .with("RunningFor", Durations.ago(Duration.between(container.created(), Instant.now())))
        .with("Status", status(state))
        .with("State", state.status())
        .with("Ports", Ports.text(container, state, session))
        .with("Names", container.name())
        .with("Size", size ? size(container, session) : "0B")
        .with("Labels", String.join(",", labels))
        .with("Mounts", String.join(",", mounts))
        .with("Networks", String.join(",", networks(container)))
        .with(
            "LocalVolumes",
            Long.toString(
                container.mounts().stream().filter(m -> m.text("Name").isPresent()).count()))
        .with("Platform", "linux");
  }

  private static List<String> networks(Container container) {
    Json.Obj endpoints = container.json().object("NetworkingConfig").object("EndpointsConfig");
    if (!endpoints.members().isEmpty()) {
      return List.copyOf(endpoints.members().keySet());
    }
    String mode = container.hostConfig().text("NetworkMode").orElse("");
    return List.of(mode.equals("default") ? "bridge" : mode);
  }

  /** Its own files, and those with the image's. */
  private static String size(Container container, Session session) throws IOException {
    long own = ownBytes(container);
    long all = own + imageBytes(container, session);
    return "%s (virtual %s)".formatted(Sizes.human(own), Sizes.human(all));
  }

  static long ownBytes(Container container) throws IOException {
    return FolderSize.of(container.folder().resolve("upper"));
  }

  static long imageBytes(Container container, Session session) throws IOException {
    long bytes = 0;
    for (Layer layer : session.parts().containers().layers(container)) {
      bytes += session.parts().layers().measure(layer).bytes();
    }
    return bytes;
  }

  private static String command(Container container, boolean whole) {
    List<String> words = new ArrayList<>();
    container.argv().forEach(word -> words.add(word.indexOf(' ') < 0 ? word : "'" + word + "'"));
    String text = String.join(" ", words);
    if (!whole && text.codePointCount(0, text.length()) > COMMAND_WIDTH) {
      text = text.substring(0, text.offsetByCodePoints(0, COMMAND_WIDTH - 1)) + "…";
    }
    return "\"" + text + "\"";
  }

  /** As moby says it (daemon/container/state.go). */
  static String status(ContainerState state) {
    Instant now = Instant.now();
    String since = Durations.human(Duration.between(state.started().orElse(now), now));
    return switch (state.status()) {
      case "paused" -> "Up " + since + " (Paused)";
      case "running" ->
          switch (state.healthStatus()) {
            case "starting" -> "Up " + since + " (health: starting)";
            case "none" -> "Up " + since;
            default -> "Up " + since + " (" + state.healthStatus() + ")";
          };
      case "restarting" -> "Restarting (" + state.exitCode() + ") " + ended(state, now);
      case "exited" -> "Exited (" + state.exitCode() + ") " + ended(state, now);
      default -> "Created";
    };
  }

  private static String ended(ContainerState state, Instant now) {
    return Durations.ago(Duration.between(state.finished().orElse(now), now));
  }
}
