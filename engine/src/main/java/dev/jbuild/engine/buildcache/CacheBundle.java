package dev.jbuild.engine.buildcache;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.engine.archive.Outgoing;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.engine.archive.Part;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cache of a build as an artifact (image-spec, manifest.md, Guidelines for Artifact Usage): the
 * config lists the steps, the layers are those that the steps made. Registries take it as they take
 * images.
 */
final class CacheBundle {
  static final String CONFIG = "application/vnd.jbuild.cache.steps.v1+json";

  /** Of a layer's descriptor: the digest of its uncompressed tar. */
  static final String DIFF_ID = "dev.jbuild.diffid";

  /** Of an image's manifest: the steps that made its layers. */
  static final String INLINE = "dev.jbuild.cache.steps.v1";

  private CacheBundle() {}

  /** The steps of an image's own layers. */
  static Json.Obj inline(Layers layers, List<StepRecord> records, LocalImage image)
      throws IOException {
    List<Json> steps = new ArrayList<>();
    for (StepRecord record : records) {
      for (Layer layer : image.layers()) {
        if (record.layer().isPresent() && record.layer().get().equals(layer.id().value())) {
          DiffId diffId = layers.measure(layer).diffId();
          steps.add(CachedStep.of(record, Optional.of(diffId)).toJson());
        }
      }
      if (record.layer().isEmpty()) {
        steps.add(CachedStep.of(record, Optional.empty()).toJson());
      }
    }
    return Json.obj().with("version", 1).with("steps", new Json.Arr(steps));
  }

  /**
   * Makes it.
   *
   * @param image of which mode {@code min} keeps the layers; absent for all layers
   */
  static Bundle of(
      Store store,
      Layers layers,
      List<StepRecord> records,
      Optional<LocalImage> image,
      Packing packing)
      throws IOException {
    Exports exports = new Exports(store, layers);
    Set<LayerId> wanted = new HashSet<>();
    image.ifPresent(i -> i.layers().forEach(layer -> wanted.add(layer.id())));
    List<Json> steps = new ArrayList<>();
    Map<DiffId, Part> parts = new LinkedHashMap<>();
    for (StepRecord record : records) {
      Optional<Layer> layer =
          record.layer().isPresent()
              ? layers.byId(new LayerId(record.layer().get()))
              : Optional.empty();
      boolean lost = record.layer().isPresent() && layer.isEmpty();
      boolean extra = layer.isPresent() && image.isPresent() && !wanted.contains(layer.get().id());
      if (lost || extra) {
        continue;
      }
      Optional<DiffId> diffId = Optional.empty();
      if (layer.isPresent()) {
        diffId = Optional.of(layers.measure(layer.get()).diffId());
        if (!parts.containsKey(diffId.get())) {
          parts.put(diffId.get(), exports.pack(layer.get(), packing));
        }
      }
      steps.add(CachedStep.of(record, diffId).toJson());
    }
    return bundle(steps, parts);
  }

  private static Bundle bundle(List<Json> steps, Map<DiffId, Part> parts) {
    byte[] config = Json.obj().with("version", 1).with("steps", new Json.Arr(steps)).bytes();
    Part configPart = Part.of(Descriptor.of(CONFIG, Digest.sha256(config), config.length), config);
    List<Part> layers = new ArrayList<>();
    parts.forEach((diffId, part) ->
        layers.add(
            new Part(
                part.descriptor().withAnnotations(Map.of(DIFF_ID, diffId.toString())),
                part.content())));
    byte[] manifest =
        new Manifest(
                MediaTypes.OCI_MANIFEST,
                configPart.descriptor(),
                layers.stream().map(Part::descriptor).toList(),
                Map.of())
            .toJson()
            .bytes();
    Descriptor descriptor =
        Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(manifest), manifest.length);
    return Bundle.of(
        new Outgoing(
            Part.of(descriptor, manifest), configPart, layers, Platform.host(), manifest, config),
        List.of());
  }
}
