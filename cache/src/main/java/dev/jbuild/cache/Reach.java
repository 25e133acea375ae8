package dev.jbuild.cache;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.Manifest;
import dev.jbuild.store.Blobs;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The layers and blobs that can be reached from some roots: the mark of mark and sweep. */
final class Reach {
  final Set<Digest> blobs = new HashSet<>();
  final Set<LayerId> layers = new HashSet<>();

  private final Blobs content;
  private final Layers folders;

  Reach(Blobs content, Layers folders) {
    this.content = content;
    this.folders = folders;
  }

  /** A layer by its id, if it is there. */
  void addLayer(String id) throws IOException {
    try {
      addLayer(folders.byId(new LayerId(id)));
    } catch (IllegalArgumentException _) {
      // a line of another kind
    }
  }

  private void addLayer(Optional<Layer> layer) throws IOException {
    if (layer.isPresent() && layers.add(layer.get().id())) {
      var blob = folders.facts(layer.get().id()).flatMap(f -> f.blob());
      blob.ifPresent(b -> blobs.add(b.digest()));
    }
  }

  /** Everything that an image or index needs, as far as it is there. */
  void addImage(Descriptor target) throws IOException {
    addImage(target.digest());
  }

  /** The same; the content says which of both it is. */
  void addImage(Digest digest) throws IOException {
    if (!blobs.add(digest) || !content.has(digest)) {
      return;
    }
    try {
      byte[] bytes = content.read(digest);
      if (Json.parseObject(bytes).get("manifests").isPresent()) {
        for (Descriptor one : ImageIndex.parse(bytes).manifests()) {
          addImage(one);
        }
      } else {
        addManifest(Manifest.parse(bytes));
      }
    } catch (JsonException | StoreException _) {
      // damaged: nothing can be reached through it, and its name says that it was there
    }
  }

  private void addManifest(Manifest manifest) throws IOException {
    manifest.layers().forEach(l -> blobs.add(l.digest()));
    Digest config = manifest.config().digest();
    if (blobs.add(config) && content.has(config)) {
      for (DiffId diffId : ImageConfig.parse(content.read(config)).diffIds()) {
        addLayer(folders.byDiffId(diffId));
      }
    }
  }
}
