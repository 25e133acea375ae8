package dev.jbuild.layer;

import dev.jbuild.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;

/** Opens the blob that a descriptor names. */
@FunctionalInterface
public interface BlobOpener {
  InputStream open(Descriptor blob) throws IOException;
}
