package dev.jbuild.cache;

import dev.jbuild.layer.LayerId;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Names;
import java.util.List;

/**
 * What a collection took.
 *
 * @param images names and untagged images that are gone
 * @param records keys of the steps that will have to be done again
 * @param bytes what became free; files that other layers still link are not in it
 */
public record Reclaimed(
    List<Names.Named> images,
    List<Digest> records,
    List<LayerId> layers,
    List<Digest> blobs,
    long bytes) {
  public Reclaimed {
    images = List.copyOf(images);
    records = List.copyOf(records);
    layers = List.copyOf(layers);
    blobs = List.copyOf(blobs);
  }
}
