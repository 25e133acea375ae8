package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.cli.format.Durations;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.format.Table;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Lists the images of the store. */
final class ImagesVerb implements Verb {
  private static final String NONE = "<none>";

  @Override
  public Syntax syntax() {
    return new Syntax("images", "[REPOSITORY[:TAG]]", "List images")
        .flag("-q --quiet", "Only image ids")
        .flag("--no-trunc", "Whole ids")
        .operands(0, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Store store = session.parts().store();
    Layers layers = session.parts().layers();
    LocalImages images = new LocalImages(store, layers);
    Table table = new Table().row("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
    for (Names.Named named : store.names().list()) {
      Optional<LocalImage> image = images.read(named.target(), Platform.host());
      if (image.isEmpty() || !wanted(arguments, named)) {
        continue;
      }
      String id =
          arguments.flag("--no-trunc") ? image.get().id().toString() : image.get().id().shortHex();
      if (arguments.flag("--quiet")) {
        session.out().println(id);
      } else {
        table.row(
            named.reference().map(r -> r.familiarName()).orElse(NONE),
            named.reference().flatMap(r -> r.tag()).orElse(NONE),
            id,
            age(image.get()),
            Sizes.human(size(layers, image.get())));
      }
    }
    if (!arguments.flag("--quiet")) {
      session.out().print(table);
    }
    return 0;
  }

  private static boolean wanted(Arguments arguments, Names.Named named) {
    if (arguments.operands().isEmpty()) {
      return true;
    }
    String wanted = arguments.operand(0);
    return named
        .reference()
        .map(r -> r.familiar().equals(wanted) || r.familiarName().equals(wanted))
        .orElse(false);
  }

  private static String age(LocalImage image) {
    return image
        .config()
        .created()
        .map(c -> Durations.ago(Duration.between(Instant.parse(c), Instant.now())))
        .orElse("N/A");
  }

  private static long size(Layers layers, LocalImage image) throws IOException {
    long bytes = 0;
    for (Layer layer : image.layers()) {
      bytes += layers.measure(layer).bytes();
    }
    return bytes;
  }
}
