package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.engine.archive.Loader;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.solve.BaseImages;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The images that builds begin with. */
final class BuildImages implements BaseImages {
  private final ImageSource images;
  private final Store store;
  private final Layers layers;

  BuildImages(ImageSource images, Store store, Layers layers) {
    this.images = images;
    this.store = store;
    this.layers = layers;
  }

  @Override
  public LocalImage get(
      ImageReference reference, Platform platform, boolean always, Progress progress)
      throws IOException {
    return images.get(reference, platform, always, progress::transferred);
  }

  @Override
  public LocalImage layout(String value, Platform platform) throws IOException {
    int at = value.indexOf('@');
    String named = at < 0 ? value : value.substring(0, at);
    int colon = named.lastIndexOf(':');
    boolean tagged = colon > named.lastIndexOf('/');
    Path folder = Path.of(tagged ? named.substring(0, colon) : named).toAbsolutePath();
    if (!Files.isRegularFile(folder.resolve("index.json"))) {
      throw new IOException(folder + " is no OCI layout: it has no index.json");
    }
    List<Loader.Loaded> all = new Loader(store, layers, platform).load(folder);
    String tag = tagged ? named.substring(colon + 1) : "";
    Optional<Loader.Loaded> found =
        all.stream()
            .filter(one ->
                at < 0 || one.image().target().digest().toString().equals(value.substring(at + 1)))
            .filter(one -> tag.isEmpty() || one.names().stream().anyMatch(n -> has(n, tag)))
            .findFirst();
    if (found.isEmpty() && at < 0 && all.size() == 1) {
      found = Optional.of(all.getFirst());
    }
    return found
        .map(Loader.Loaded::image)
        .orElseThrow(() -> new IOException("no such image in the OCI layout " + value));
  }

  private static boolean has(ImageReference name, String tag) {
    return name.toString().endsWith(":" + tag);
  }
}
