package dev.jbuild.engine;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes an image of one layer out of a tar of files. */
public final class ImageImport {
  private final Store store;
  private final Layers layers;
  private final Clock clock;

  public ImageImport(Store store, Layers layers, Clock clock) {
    this.store = store;
    this.layers = layers;
    this.clock = clock;
  }

  /**
   * What the image says of itself.
   *
   * @param message the comment in its history
   */
  public record Said(Platform platform, ContainerConfig config, String message) {}

  /**
   * Reads a tar, plain or compressed.
   *
   * @param name absent for an image that is known by its id only
   */
  public LocalImage read(InputStream tar, Optional<ImageReference> name, Said said)
      throws IOException {
    try (Lease lease = store.lease()) {
      Layer layer = layers.unpack(lease.id(), tar, Optional.empty(), Optional.empty());
      lease.pin(layer.id().value());
      String created = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
      ImageConfig config =
          ImageConfig.empty(said.platform())
              .withConfig(said.config())
              .withCreated(created)
              .withHistory(
                  new HistoryEntry(
                      Optional.of(created), "", Optional.empty(), said.message(), false));
      LocalImages images = new LocalImages(store, layers);
      LocalImage image = images.put(config, List.of(layer), Map.of());
      images.name(name.map(List::of).orElse(List.of()), image);
      return image;
    }
  }
}
