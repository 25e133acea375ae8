package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.Output;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildListener;
import java.io.IOException;
import java.io.OutputStream;
import java.util.stream.Collectors;

/** Brings what was built to where it is wanted, as further steps of the display. */
final class BuildOutputs implements BuildListener {
  private final Composition parts;
  private final BuildListener display;
  private final OutputStream out;
  private int lastVertex;

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
    if (event instanceof BuildEvent.Started(var vertex, _)) {
      lastVertex = Math.max(lastVertex, vertex);
    }
    display.on(event);
  }

  void write(BuildRequest request, LocalImage image) throws IOException {
    for (Output output : request.outputs()) {
      switch (output) {
        case Output.Image() -> name(request, image);
        case Output.Archive _, Output.Files _, Output.Push _ ->
            throw new CommandException("ERROR: this output is not there yet: " + output + out, 1);
      }
    }
    on(new BuildEvent.Done(image.id(), request.tags().stream().map(Object::toString).toList()));
  }

  private void name(BuildRequest request, LocalImage image) throws IOException {
    if (request.tags().isEmpty()) {
      parts.store().names().addUntagged(image.target());
    }
    for (ImageReference tag : request.tags()) {
      int vertex = start("naming to " + tag);
      parts.store().names().set(tag, image.target());
      on(new BuildEvent.Finished(vertex, new BuildEvent.Outcome.Ran()));
    }
  }

  private int start(String title) {
    int vertex = lastVertex + 1;
    on(new BuildEvent.Started(vertex, title));
    return vertex;
  }

  /** What {@code --metadata-file} says, with buildx's keys. */
  static Json.Obj metadata(BuildRequest request, LocalImage image) {
    Json.Obj json =
        Json.obj()
            .with("containerimage.config.digest", image.id().toString())
            .with("containerimage.descriptor", image.target().toJson())
            .with("containerimage.digest", image.target().digest().toString());
    return request.tags().isEmpty()
        ? json
        : json.with(
            "image.name",
            request.tags().stream().map(ImageReference::toString).collect(Collectors.joining(",")));
  }
}
