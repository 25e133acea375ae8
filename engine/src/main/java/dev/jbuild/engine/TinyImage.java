package dev.jbuild.engine;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.runtime.ShimBinary;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code jbuild/tiny}: a base image of one static program, carried inside jbuild. */
final class TinyImage {
  static final ImageReference NAME = ImageReference.parse("jbuild/tiny:latest");

  private static final String CREATED = "2026-01-01T00:00:00Z";
  private static final long TIME = 1767225600L;

  private TinyImage() {}

  /** Makes it in the store; the same bytes every time. */
  static LocalImage make(Store store, Layers layers, LocalImages images) throws IOException {
    try (Lease lease = store.lease();
        Draft draft = layers.draft(lease.id())) {
      layers.write(draft, entries(), Optional.empty(), _ -> {});
      Layer layer = draft.commit();
      ContainerConfig config =
          ContainerConfig.EMPTY.withEnv("PATH", "/bin").withCmd(Optional.of(List.of("sh")));
      ImageConfig image =
          ImageConfig.empty(Platform.host())
              .withConfig(config)
              .withCreated(CREATED)
              .withHistory(
                  new HistoryEntry(
                      Optional.of(CREATED),
                      "jbuild/tiny",
                      Optional.empty(),
                      "carried inside jbuild",
                      false));
      LocalImage made = images.put(image, List.of(layer), Map.of());
      images.name(List.of(NAME), made);
      return made;
    }
  }

  private static List<PlannedEntry> entries() {
    List<PlannedEntry> entries = new ArrayList<>();
    entries.add(new PlannedEntry.Directory("bin", meta(0755)));
    entries.add(new PlannedEntry.Bytes("bin/tiny", ShimBinary.tiny(), meta(0755)));
    for (String name : ShimBinary.tinyNames()) {
      if (!name.equals("tiny")) {
        entries.add(new PlannedEntry.Link("bin/" + name, "tiny", meta(0777)));
      }
    }
    entries.add(new PlannedEntry.Directory("etc", meta(0755)));
    entries.add(text("etc/group", "root:x:0:\nnobody:x:65534:\n"));
    entries.add(
        text(
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"));
    entries.add(new PlannedEntry.Directory("root", meta(0700)));
    entries.add(new PlannedEntry.Directory("tmp", meta(01777)));
    entries.sort(Comparator.comparing(PlannedEntry::path));
    return entries;
  }

  private static PlannedEntry text(String path, String content) {
    return new PlannedEntry.Bytes(path, content.getBytes(StandardCharsets.UTF_8), meta(0644));
  }

  private static Meta meta(int mode) {
    return Meta.of(mode, 0, 0, TIME, 0);
  }
}
