package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.ImageDiff;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the files of two images. */
final class DiffVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("diff", "IMAGE_A IMAGE_B", "Show which files differ between two images")
        .value("--format", "format", "\"json\": an object for each file")
        .flag("-q --quiet", "Print only the paths")
        .flag("--stat", "Print only the sums")
        .operands(2, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    List<ImageDiff.Change> changes =
        ImageDiff.between(
            layers(session, arguments.operand(0)), layers(session, arguments.operand(1)));
    Optional<String> format = arguments.value("--format");
    if (format.isPresent()) {
      if (!format.get().equals("json")) {
        throw new UsageException("unknown format \"" + format.get() + "\": there is \"json\"");
      }
      changes.forEach(change -> session.out().println(json(change).compact()));
      return 0;
    }
    for (ImageDiff.Change change : changes) {
      if (arguments.flag("--quiet")) {
        session.out().println(change.path());
      } else if (!arguments.flag("--stat")) {
        session.out().println(line(change));
      }
    }
    if (!arguments.flag("--quiet")) {
      session.out().println(sums(changes));
    }
    return 0;
  }

  private static List<Layer> layers(Session session, String operand) throws IOException {
    LocalImage image = StoredImage.find(session, operand);
    return image.isArtifact()
        ? ImageSource.requireImage(RunOptions.reference(operand), image).layers()
        : image.layers();
  }

  private static Json.Obj json(ImageDiff.Change change) {
    return Json.obj()
        .with("Kind", change.kind().toString().toLowerCase(java.util.Locale.ROOT))
        .with("Path", change.path())
        .with("Before", change.before())
        .with("After", change.after())
        .with("Why", change.why());
  }

  private static String line(ImageDiff.Change change) {
    return switch (change.kind()) {
      case ADDED -> "A " + change.path() + size(change.after());
      case REMOVED -> "D " + change.path() + size(change.before());
      case CHANGED -> {
        String sizes =
            change.before() == change.after()
                ? ""
                : ", " + Sizes.human(change.before()) + " to " + Sizes.human(change.after());
        yield "C " + change.path() + " (" + change.why() + sizes + ")";
      }
    };
  }

  private static String size(long bytes) {
    return bytes == 0 ? "" : " (" + Sizes.human(bytes) + ")";
  }

  private static String sums(List<ImageDiff.Change> changes) {
    List<String> parts = new ArrayList<>();
    long before = 0;
    long after = 0;
    for (ImageDiff.Kind kind : ImageDiff.Kind.values()) {
      long count = changes.stream().filter(change -> change.kind() == kind).count();
      parts.add(count + " " + kind.toString().toLowerCase(java.util.Locale.ROOT));
    }
    for (ImageDiff.Change change : changes) {
      before += change.before();
      after += change.after();
    }
    String sign = after < before ? "-" : "+";
    return String.join(", ", parts) + ": " + sign + Sizes.human(Math.abs(after - before));
  }
}
