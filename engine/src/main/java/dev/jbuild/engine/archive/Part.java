package dev.jbuild.engine.archive;

import dev.jbuild.oci.Descriptor;
import java.io.ByteArrayInputStream;

/** A blob of an image that leaves, and where its bytes come from. */
public record Part(Descriptor descriptor, Content content) {
  /** A blob that is at hand. */
  public static Part of(Descriptor descriptor, byte[] bytes) {
    return new Part(descriptor, () -> new ByteArrayInputStream(bytes));
  }
}
