package dev.jbuild.cli;

import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.progress.TransferDisplay;
import dev.jbuild.engine.ManifestLists;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at manifests, and puts images of several platforms under one name. */
final class ManifestVerb implements Verb {
  static final List<String> COMMANDS =
      List.of("annotate", "create", "inspect", "push", "referrers", "rm");

  private final String command;

  /**
   * @param command one of {@link #COMMANDS}
   */
  ManifestVerb(String command) {
    this.command = command;
  }

  @Override
  public Syntax syntax() {
    String name = "manifest " + command;
    return switch (command) {
      case "annotate" ->
          new Syntax(name, "LIST IMAGE", "Say for which platform an image of a list is")
              .value("--os", "os", "Operating system")
              .value("--arch", "arch", "Architecture")
              .value("--variant", "variant", "Variant of the architecture")
              .operands(2, 2);
      case "create" ->
          new Syntax(name, "LIST IMAGE [IMAGE...]", "Put images under one name")
              .flag("-a --amend", "Add to a list that is there")
              .acceptedFlags("--insecure")
              .operands(1, Integer.MAX_VALUE);
      case "push" ->
          new Syntax(name, "LIST", "Send a list and its images to a registry")
              .flag("-p --purge", "Remove the list here afterwards")
              .flag("-q --quiet", "Print only the digest")
              .acceptedFlags("--insecure", "--all")
              .operands(1, 1);
      case "referrers" ->
          new Syntax(name, "NAME[:TAG|@DIGEST]", "List signatures and what else refers to an image")
              .value("--artifact-type", "type", "Only those of this type")
              .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
              .operands(1, 1);
      case "rm" ->
          new Syntax(name, "LIST [LIST...]", "Remove lists").operands(1, Integer.MAX_VALUE);
      default ->
          new Syntax(name, "NAME", "Show the manifest or index that a name stands for")
              .flag("-v --verbose", "With its descriptor")
              .acceptedFlags("--insecure")
              .operands(1, 1);
    };
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    return switch (command) {
      case "annotate" -> annotate(arguments, session);
      case "create" -> create(arguments, session);
      case "push" -> push(arguments, session);
      case "referrers" -> referrers(arguments, session);
      case "rm" ->
          Operands.each(arguments.operands(), this, session, name -> remove(session, name));
      default -> inspect(arguments, session);
    };
  }

  private static int create(Arguments arguments, Session session) throws IOException {
    List<ImageReference> images = new ArrayList<>();
    for (String operand : arguments.operands().subList(1, arguments.operands().size())) {
      images.add(RunOptions.reference(operand));
    }
    ImageReference name = RunOptions.reference(arguments.operand(0));
    session.parts().manifestLists().create(name, images, arguments.flag("--amend"));
    session.out().println("Created manifest list " + name);
    return 0;
  }

  private static int annotate(Arguments arguments, Session session) throws IOException {
    ManifestLists lists = session.parts().manifestLists();
    Platform platform =
        Platform.of(
            arguments.value("--os").orElse("linux"),
            arguments.value("--arch").orElseGet(() -> Platform.host().architecture()),
            arguments.value("--variant").orElse(""));
    lists.annotate(
        RunOptions.reference(arguments.operand(0)),
        RunOptions.reference(arguments.operand(1)),
        platform);
    return 0;
  }

  private static int push(Arguments arguments, Session session) throws IOException {
    ImageReference name = RunOptions.reference(arguments.operand(0));
    Descriptor pushed;
    OutputStream shown =
        arguments.flag("--quiet") ? OutputStream.nullOutputStream() : session.out();
    try (TransferDisplay display = TransferDisplay.open(shown, false, session.environment())) {
      pushed =
          session
              .parts()
              .manifestLists()
              .push(name, session.parts().imagePush(), new PushVerb.Rows(display));
    }
    session.out().println(pushed.digest());
    if (arguments.flag("--purge")) {
      session.parts().store().names().remove(name);
    }
    return 0;
  }

  private static void remove(Session session, String operand) throws IOException {
    ImageReference name = RunOptions.reference(operand);
    ImageIndex _ = session.parts().manifestLists().index(name);
    session.parts().store().names().remove(name);
  }

  private static int referrers(Arguments arguments, Session session) {
    ImageReference name = RunOptions.reference(arguments.operand(0));
    RegistryClient registry = session.parts().remote();
    Digest subject = name.digest().orElseGet(() -> registry.resolve(name).descriptor().digest());
    Optional<String> type = arguments.value("--artifact-type");
    Listing listing =
        new Listing()
            .column("Digest", "DIGEST")
            .column("ArtifactType", "ARTIFACT TYPE")
            .column("Size", "SIZE");
    for (Json.Obj one : registry.referrers(name, subject)) {
      String its = one.text("artifactType").orElse("");
      if (type.isEmpty() || type.get().equals(its)) {
        listing.row(
            Json.obj()
                .with("Digest", one.text("digest").orElse(""))
                .with("ArtifactType", its)
                .with("Size", Sizes.human(one.number("size").orElse(0L))));
      }
    }
    session.out().print(listing.print(arguments.value("--format").orElse("")));
    return 0;
  }

  private static byte[] fetch(Session session, ImageReference name) {
    try {
      return session.parts().remote().resolve(name).bytes();
    } catch (RegistryException e) {
      if (e.isNotFound()) {
        throw new CommandException("no such manifest: " + name, 1);
      }
      throw e;
    }
  }

  private static int inspect(Arguments arguments, Session session) throws IOException {
    ImageReference name = RunOptions.reference(arguments.operand(0));
    Names names = session.parts().store().names();
    Optional<Descriptor> here = name.digest().isEmpty() ? names.get(name) : Optional.empty();
    byte[] bytes =
        here.isPresent()
            ? session.parts().store().blobs().read(here.get().digest())
            : fetch(session, name);
    Json.Obj json = Json.parseObject(bytes);
    if (arguments.flag("--verbose")) {
      json =
          Json.obj()
              .with("Ref", name.toString())
              .with(
                  "Descriptor",
                  Descriptor.of(
                          json.text("mediaType").orElse(""), Digest.sha256(bytes), bytes.length)
                      .toJson())
              .with("Manifest", json);
    }
    session.out().println(PrettyJson.print(json));
    return 0;
  }
}
