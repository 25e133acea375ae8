package dev.jbuild.layer;

import dev.jbuild.oci.Digest;
import java.util.List;

/**
 * What writing a tree found out on the way.
 *
 * @param contents the digest of every {@link PlannedEntry.File}, in the order of the plan
 */
public record TreeResult(LayerFacts facts, List<Digest> contents) {
  public TreeResult {
    contents = List.copyOf(contents);
  }
}
