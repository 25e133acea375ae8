package dev.jbuild.registry;

import dev.jbuild.oci.Digest;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Where a blob goes, which may have a part of it from an earlier time.
 *
 * @param offset how many bytes it has
 * @param hash of these bytes, to be gone on with
 */
public record BlobSink(OutputStream stream, long offset, MessageDigest hash) {
  /** One that has nothing yet of a blob. */
  public static BlobSink empty(OutputStream stream, Digest blob) {
    return new BlobSink(stream, 0, blob.newComputation());
  }
}
