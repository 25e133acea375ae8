package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.archive.ArchiveFormat;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.engine.archive.Layout;
import dev.jbuild.engine.archive.Outgoing;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.engine.archive.RootFiles;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.Output;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildListener;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Brings what was built to where it is wanted, as further steps of the display. */
final class BuildOutputs implements BuildListener {
  private static final String OF_INDEX = "annotation-index.";

  /** How keys of annotations begin among an output's fields, as with BuildKit. */
  static final List<String> ANNOTATIONS = List.of("annotation.", "annotation-manifest.", OF_INDEX);

  private final Composition parts;
  private final BuildListener display;
  private final OutputStream out;
  private Map<String, String> carried = Map.of();
  private int lastVertex;
  private int shift;

  /**
   * @param out standard output, for {@code dest=-}
   */
  BuildOutputs(Composition parts, BuildListener display, OutputStream out) {
    this.parts = parts;
    this.display = display;
    this.out = out;
  }

  @Override
  public void on(BuildEvent event) {
    show(shifted(event));
  }

  /** The build counts from one, whatever was shown before it. */
  void buildBegins() {
    shift = lastVertex;
  }

  private BuildEvent shifted(BuildEvent event) {
    if (shift == 0) {
      return event;
    }
    return switch (event) {
      case BuildEvent.Planned(var vertices) -> new BuildEvent.Planned(vertices + shift);
      case BuildEvent.Started(var vertex, var title) ->
          new BuildEvent.Started(vertex + shift, title);
      case BuildEvent.Output(var vertex, var stderr, var bytes) ->
          new BuildEvent.Output(vertex + shift, stderr, bytes);
      case BuildEvent.Transfer(var vertex, var item, var current, var total, var done) ->
          new BuildEvent.Transfer(vertex + shift, item, current, total, done);
      case BuildEvent.Finished(var vertex, var outcome) ->
          new BuildEvent.Finished(vertex + shift, outcome);
      case BuildEvent.Warned _, BuildEvent.Done _ -> event;
    };
  }

  private void show(BuildEvent event) {
    if (event instanceof BuildEvent.Started(var vertex, _)) {
      lastVertex = Math.max(lastVertex, vertex);
    }
    display.on(event);
  }

  /** Something to do under a line of the display. */
  interface Step {
    void run(int vertex) throws IOException;
  }

  /** Annotations that every image gets which leaves the store. */
  void carry(Map<String, String> annotations) {
    carried = annotations;
  }

  /**
   * Writes all outputs.
   *
   * @return the manifest or index as it left, or as it is in the store
   */
  Descriptor write(BuildRequest request, LocalImage image) throws IOException {
    Descriptor written = image.target();
    try (Lease lease = parts.store().lease()) {
      lease.pin(image.layers().stream().map(layer -> layer.id().value()).toList());
      for (Output output : request.outputs()) {
        // no switch over types: every start of the JVM makes it anew (docs/adr/0010)
        if (output instanceof Output.Image kept) {
          name(kept.name().isPresent() ? named(kept.name().get()) : request.tags(), image);
        } else if (output instanceof Output.Archive archive) {
          written = archive(request, image, archive);
        } else if (output instanceof Output.Files files) {
          files(request, image, files);
        } else if (output instanceof Output.Push push) {
          written = push(request, image, push);
        }
      }
    }
    show(new BuildEvent.Done(image.id(), request.tags().stream().map(Object::toString).toList()));
    return written;
  }

  private void name(List<ImageReference> names, LocalImage image) throws IOException {
    if (names.isEmpty()) {
      parts.localImages().name(List.of(), image);
    }
    for (ImageReference tag : names) {
      step("naming to " + tag, _ -> parts.localImages().name(List.of(tag), image));
    }
  }

  private Descriptor archive(BuildRequest request, LocalImage image, Output.Archive archive)
      throws IOException {
    Bundle bundle =
        bundle(image, names(request, archive.options()), archive.options(), archive.docker());
    String title = "exporting to " + (archive.docker() ? "docker" : "oci") + " image format";
    boolean folder = archive.options().getOrDefault("tar", "true").equals("false");
    step(
        title,
        _ -> {
          if (folder) {
            try (Layout layout = Layout.folder(Path.of(archive.destination()))) {
              ArchiveFormat.write(List.of(bundle), layout, archive.docker());
            }
            return;
          }
          String hint = "write dest=FILE, or tar=false,dest=FOLDER for a layout in a folder";
          try (OutputFile file = OutputFile.open(archive.destination(), out, hint);
              Layout layout = Layout.tar(file.stream())) {
            ArchiveFormat.write(List.of(bundle), layout, archive.docker());
            file.finish();
          }
        });
    return bundle.top().descriptor();
  }

  private Bundle bundle(
      LocalImage image, List<ImageReference> names, Map<String, String> options, boolean docker)
      throws IOException {
    Packing packing = Packing.of(options, docker);
    Exports.Annotations annotations =
        new Exports.Annotations(
            annotations(options), prefixed(options, List.of(OF_INDEX), new LinkedHashMap<>()));
    if (MediaTypes.isIndex(image.target().mediaType()) || !annotations.index().isEmpty()) {
      Bundle[] whole = new Bundle[1];
      step(
          "exporting layers",
          _ ->
              whole[0] =
                  new Exports(parts.store(), parts.layers())
                      .bundle(image, packing, names, annotations));
      step("exporting manifest list " + whole[0].top().descriptor().digest(), _ -> {});
      return whole[0];
    }
    Outgoing[] ready = new Outgoing[1];
    step(
        "exporting layers",
        _ ->
            ready[0] =
                new Exports(parts.store(), parts.layers())
                    .prepare(image, packing, annotations.manifest()));
    step("exporting manifest " + ready[0].manifest().descriptor().digest(), _ -> {});
    step("exporting config " + ready[0].id(), _ -> {});
    return Bundle.of(ready[0], names);
  }

  private void files(BuildRequest request, LocalImage image, Output.Files files)
      throws IOException {
    OptionalLong epoch = epoch(request, image);
    List<RootFiles.Root> roots = roots(image);
    boolean split =
        Packing.isTrue(
            "platform-split",
            files.options().getOrDefault("platform-split", String.valueOf(roots.size() > 1)));
    if (!files.tar()) {
      step(
          "exporting to client directory",
          _ -> RootFiles.folder(roots, split, Path.of(files.destination()), epoch));
      return;
    }
    step(
        "exporting to client tarball",
        _ -> {
          try (OutputFile file = OutputFile.open(files.destination(), out, "write dest=FILE")) {
            RootFiles.tar(roots, split, file.stream(), epoch);
            file.finish();
          }
        });
  }

  private List<RootFiles.Root> roots(LocalImage image) throws IOException {
    if (!MediaTypes.isIndex(image.target().mediaType())) {
      return List.of(new RootFiles.Root(image.config().platform().toString(), image.layers()));
    }
    List<RootFiles.Root> roots = new ArrayList<>();
    byte[] index = parts.store().blobs().read(image.target().digest());
    for (Descriptor one : ImageIndex.parse(index).manifests()) {
      Optional<Platform> platform = one.platform();
      if (platform.isPresent()) {
        Optional<LocalImage> member = parts.localImages().read(one, platform.get());
        member.ifPresent(m -> roots.add(new RootFiles.Root(platform.get().toString(), m.layers())));
      }
    }
    return roots;
  }

  /** What {@code SOURCE_DATE_EPOCH} was found to be: the image has it as its time. */
  private static OptionalLong epoch(BuildRequest request, LocalImage image) {
    return request.arguments().getOrDefault("SOURCE_DATE_EPOCH", "").isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(StoredImage.instant(image.config().created()).getEpochSecond());
  }

  private Descriptor push(BuildRequest request, LocalImage image, Output.Push push)
      throws IOException {
    List<ImageReference> names =
        push.name().isPresent() ? named(push.name().get()) : request.tags();
    if (names.isEmpty()) {
      throw new CommandException(
          "ERROR: tag is needed when pushing to registry: give the image a name with -t", 1);
    }
    Bundle bundle = bundle(image, names, push.options(), false);
    for (ImageReference name : names) {
      step(
          "pushing manifest for " + name + "@" + bundle.top().descriptor().digest(),
          vertex ->
              parts.imagePush().push(name, image.target().digest(), bundle, new Rows(vertex)));
    }
    return bundle.top().descriptor();
  }

  /** Layers that move, under a line of the display. */
  private final class Rows implements ImagePush.Progress {
    private final int vertex;

    Rows(int vertex) {
      this.vertex = vertex;
    }

    @Override
    public void state(Digest layer, String state) {
      // what is there already takes no time, and what was sent has been seen
    }

    @Override
    public synchronized void sent(Digest layer, long current, long total) {
      show(
          new BuildEvent.Transfer(
              vertex, "pushing layer " + layer, current, total, current >= total));
    }
  }

  /** The names of the build and of the output, each once. */
  private static List<ImageReference> names(BuildRequest request, Map<String, String> options) {
    Set<ImageReference> names = new LinkedHashSet<>(request.tags());
    names.addAll(named(options.getOrDefault("name", "")));
    return List.copyOf(names);
  }

  /** The names that an output has instead of the build's. */
  static List<ImageReference> ownNames(Output output) {
    if (output instanceof Output.Image image) {
      return named(image.name().orElse(""));
    }
    return output instanceof Output.Push push ? named(push.name().orElse("")) : List.of();
  }

  private static List<ImageReference> named(String text) {
    List<ImageReference> names = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      if (!name.isBlank()) {
        names.add(ImageReference.parse(name.strip()).withDefaultTag());
      }
    }
    return names;
  }

  private Map<String, String> annotations(Map<String, String> options) {
    return prefixed(
        options, List.of("annotation.", "annotation-manifest."), new LinkedHashMap<>(carried));
  }

  private static Map<String, String> prefixed(
      Map<String, String> options, List<String> prefixes, Map<String, String> found) {
    options.forEach((key, value) -> {
      for (String prefix : prefixes) {
        if (key.startsWith(prefix)) {
          found.put(key.substring(prefix.length()), value);
        }
      }
    });
    return found;
  }

  /** Does it as a step of the display. */
  void step(String title, Step step) throws IOException {
    int vertex = lastVertex + 1;
    show(new BuildEvent.Started(vertex, title));
    try {
      step.run(vertex);
    } catch (IOException | RuntimeException e) {
      show(new BuildEvent.Finished(vertex, new BuildEvent.Outcome.Failed(Reason.of(e))));
      throw e;
    }
    show(new BuildEvent.Finished(vertex, new BuildEvent.Outcome.Ran()));
  }
}
