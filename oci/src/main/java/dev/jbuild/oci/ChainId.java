package dev.jbuild.oci;

import java.util.List;

/** The identity of a stack of layers (image-spec, config.md, Layer ChainID). */
public record ChainId(Digest digest) {
  /** The chain of layers from the bottom up; there must be at least one. */
  public static ChainId of(List<DiffId> layers) {
    Digest chain = layers.getFirst().digest();
    for (DiffId next : layers.subList(1, layers.size())) {
      chain = Digest.sha256(chain + " " + next);
    }
    return new ChainId(chain);
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}
