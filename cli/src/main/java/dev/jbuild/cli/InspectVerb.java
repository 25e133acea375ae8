package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.Origins;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerInspect;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.engine.container.Volumes;
import dev.jbuild.engine.network.Networks;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Shows all that is known of images. */
final class InspectVerb implements Verb {
  private static final Set<String> KINDS = Set.of("", "container", "image", "network", "volume");

  private final String name;

  InspectVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(
            name,
            "NAME|ID [NAME|ID...]",
            "Show all that is known of containers, images, networks and volumes, as JSON")
        .value("-f --format", "template", "\"json\" or a Go template, e.g. '{{.Config.Env}}'")
        .value("--type", "kind", "Only things of this kind: container, image, network or volume")
        .flag("-s --size", "Show the sizes of a container's files, too")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String kind = arguments.value("--type").orElse(kind());
    if (!KINDS.contains(kind)) {
      throw new UsageException(
          "unknown type: \"%s\": must be one of \"container\", \"image\", \"network\", \"volume\""
              .formatted(kind));
    }
    boolean size = arguments.flag("--size");
    return Inspection.print(
        arguments, this, session, operand -> json(session, operand, kind, size));
  }

  /** What the verb's name is about; empty for anything. */
  private String kind() {
    return name.equals("inspect") ? "" : name.substring(0, name.indexOf(' '));
  }

  /** Containers come before images, as names of both may be the same. */
  private static Json.Obj json(Session session, String operand, String kind, boolean size)
      throws IOException {
    if (kind.isEmpty() || kind.equals("container")) {
      Optional<Container> container = session.parts().containers().findIfPresent(operand);
      if (container.isPresent()) {
        return container(session, container.get(), size);
      }
      if (kind.equals("container")) {
        throw new CommandException("Error: No such container: " + operand, 1);
      }
    }
    if (kind.isEmpty() || kind.equals("volume")) {
      Optional<Volumes.Volume> volume = session.parts().containers().volumes().find(operand);
      if (volume.isPresent()) {
        return volume.get().json();
      }
    }
    if (kind.isEmpty() || kind.equals("network")) {
      Optional<Json.Obj> network = network(session, operand, kind.isEmpty());
      if (network.isPresent()) {
        return network.get();
      }
    }
    if (kind.isEmpty() && session.parts().localImages().find(operand, Platform.host()).isEmpty()) {
      throw new CommandException("Error: No such object: " + operand, 1);
    }
    return image(session, operand);
  }

  /**
   * A network, of which those that are always there come after an image of that name.
   *
   * @param any whether anything else may be meant
   */
  private static Optional<Json.Obj> network(Session session, String operand, boolean any)
      throws IOException {
    Networks networks = session.parts().networkStore();
    if (any && session.parts().localImages().find(operand, Platform.host()).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(networks.inspect(networks.get(operand)));
    } catch (EngineException e) {
      if (any) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Json.Obj container(Session session, Container container, boolean size)
      throws IOException {
    Json.Obj json =
        ContainerInspect.of(
            container,
            session
                .parts()
                .networks()
                .settings(Lifecycle.networkRequest(container), container.state().running()));
    if (!size) {
      return json;
    }
    long own = PsVerb.ownBytes(container);
    return json.with("SizeRw", own).with("SizeRootFs", own + PsVerb.imageBytes(container, session));
  }

  private static Json.Obj image(Session session, String operand) throws IOException {
    LocalImage image = StoredImage.find(session, operand);
    List<String> tags = new ArrayList<>();
    Set<String> digests = new LinkedHashSet<>();
    // compressed for a registry, an image has another digest there than here
    Origins origins = new Origins(session.parts().store());
    Instant named = Instant.EPOCH;
    for (Names.Named name : session.parts().store().names().list()) {
      if (name.reference().isPresent() && name.target().digest().equals(image.target().digest())) {
        tags.add(name.reference().get().familiar());
        digests.add(
            name.reference().get().familiarName()
                + "@"
                + origins
                    .pushed(image.target().digest(), name.reference().get())
                    .orElse(image.target().digest()));
        named = name.since().isAfter(named) ? name.since() : named;
      }
    }
    ImageConfig config = image.config();
    Json.Obj json =
        Json.obj()
            .with("Id", image.id().toString())
            .with("RepoTags", Json.texts(tags))
            .with("RepoDigests", Json.texts(digests))
            .with("Comment", config.history().isEmpty() ? "" : config.history().getLast().comment())
            .withOptional("Created", config.created())
            .with("Author", config.author().orElse(""))
            .with("Config", config.config().toJson())
            .with("Architecture", config.platform().architecture());
    json =
        config.platform().variant().isEmpty()
            ? json
            : json.with("Variant", config.platform().variant());
    return json.with("Os", config.platform().os())
        .with("Size", StoredImage.size(session.parts().layers(), image))
        .with(
            "RootFS",
            Json.obj()
                .with("Type", "layers")
                .with(
                    "Layers", Json.texts(config.diffIds().stream().map(DiffId::toString).toList())))
        .with("Metadata", Json.obj().with("LastTagTime", named.toString()))
        .with("Descriptor", image.target().toJson());
  }
}
