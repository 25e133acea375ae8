package dev.jbuild.engine.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store with small images in it, made without a build. */
public final class Images {
  private final Store store;
  private final Layers layers;

  public Images(Path root) {
    this.store = Store.open(root);
    this.layers = Layers.open(root);
  }

  public Store store() {
    return store;
  }

  public Layers layers() {
    return layers;
  }

  public LocalImages local() {
    return new LocalImages(store, layers);
  }

  /** An image with a layer of one file for each text. */
  public LocalImage make(String name, String... texts) throws IOException {
    try (Lease lease = store.lease()) {
      List<Layer> stack = new ArrayList<>();
      List<DiffId> diffIds = new ArrayList<>();
      ImageConfig config = ImageConfig.empty(Platform.host()).withCreated("2026-01-02T03:04:05Z");
      for (String text : texts) {
        try (Draft draft = layers.draft(lease.id())) {
          layers.write(
              draft,
              List.of(
                  new PlannedEntry.Bytes(
                      "file-" + stack.size(), text.getBytes(UTF_8), Meta.of(0644, 0, 0, 1, 0))),
              Optional.empty(),
              _ -> {});
          stack.add(draft.commit());
        }
        diffIds.add(layers.measure(stack.getLast()).diffId());
        config =
            config.withHistory(
                new HistoryEntry(
                    Optional.of("2026-01-02T03:04:05Z"), "COPY", Optional.empty(), "", false));
      }
      LocalImage image = local().put(config.withDiffIds(diffIds), stack, Map.of());
      local().name(List.of(ImageReference.parse(name).withDefaultTag()), image);
      return image;
    }
  }

  public LocalImage find(String name) throws IOException {
    return local().find(ImageReference.parse(name).withDefaultTag(), Platform.host()).orElseThrow();
  }
}
