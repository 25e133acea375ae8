package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.format.Template;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.Json;
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
  private final String name;

  InspectVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "NAME|ID [NAME|ID...]", "Show all that is known of images, as JSON")
        .value("-f --format", "template", "\"json\" or a Go template, e.g. '{{.Config.Env}}'")
        .value("--type", "kind", "Only things of this kind: image")
        .acceptedFlags("--size")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Optional<Template> template =
        arguments
            .value("--format")
            .map(text -> Template.parse(text.equals("json") ? "{{json .}}" : text));
    List<Json> found = new ArrayList<>();
    int code =
        Operands.each(
            arguments.operands(),
            this,
            session,
            operand -> {
              Json.Obj json = json(session, operand);
              if (template.isPresent()) {
                session.out().println(template.get().render(json));
              }
              found.add(json);
            });
    if (template.isEmpty()) {
      session.out().println(PrettyJson.print(new Json.Arr(found)));
    }
    return code;
  }

  private static Json.Obj json(Session session, String operand) throws IOException {
    LocalImage image = StoredImage.find(session, operand);
    List<String> tags = new ArrayList<>();
    Set<String> digests = new LinkedHashSet<>();
    Instant named = Instant.EPOCH;
    for (Names.Named name : session.parts().store().names().list()) {
      if (name.reference().isPresent() && name.target().digest().equals(image.target().digest())) {
        tags.add(name.reference().get().familiar());
        digests.add(name.reference().get().familiarName() + "@" + image.target().digest());
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
