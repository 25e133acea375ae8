package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What the distribution specification lets one do with a registry. May be used by many threads;
 * pulls of many layers run in parallel by the caller. Every method throws {@link
 * RegistryException}; an {@link IOException} comes only from the caller's own sink or source.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RegistryClient implements AutoCloseable {
  final RegistrySettings settings;

  private RegistryClient(RegistrySettings settings) {
    this.settings = settings;
  }

  /** Makes a client; nothing is read, loaded or connected before the first request. */
  public static RegistryClient open(RegistrySettings settings) {
    return new RegistryClient(settings);
  }

  /** What a tag or digest stands for now, by HEAD; empty where the registry does not tell it. */
  public Optional<Descriptor> head(ImageReference reference) {
    throw new UnsupportedOperationException(reference.toString());
  }

  /**
   * Fetches the manifest or index that a reference names, from mirrors in order, then the origin.
   */
  public Resolved resolve(ImageReference reference) {
    throw new UnsupportedOperationException(reference.toString());
  }

  /** Fetches a manifest or index by digest; tag and digest of the reference do not matter. */
  public Resolved manifest(ImageReference repository, Digest digest) {
    throw new UnsupportedOperationException(repository.toString() + digest);
  }

  /**
   * Streams a blob. Returns only when length and digest have been found right; a broken download
   * goes on where it broke.
   *
   * @param progress hears how many bytes have been written so far, from 0 up
   * @throws IOException only when the sink fails
   */
  public void fetchBlob(
      ImageReference repository, Descriptor blob, OutputStream sink, LongConsumer progress)
      throws IOException {
    throw new IOException(repository.toString() + blob + sink + progress);
  }

  public boolean hasBlob(ImageReference repository, Digest digest) {
    throw new UnsupportedOperationException(repository.toString() + digest);
  }

  /** Asks for a blob of another repository of the same registry; false where it must be pushed. */
  public boolean mountBlob(ImageReference to, Digest digest, String fromRepository) {
    throw new UnsupportedOperationException(to.toString() + digest + fromRepository);
  }

  /**
   * Uploads a blob, unless the registry has it.
   *
   * @param progress hears how many bytes have been sent so far; less again after a restart
   * @return false where the registry had it already
   * @throws IOException only when the source fails
   */
  public boolean pushBlob(
      ImageReference repository, Descriptor blob, BlobSource source, LongConsumer progress)
      throws IOException {
    throw new IOException(repository.toString() + blob + source + progress);
  }

  /** Puts a manifest or index under the reference's tag or digest, as the given bytes. */
  public Digest pushManifest(ImageReference reference, String mediaType, byte[] bytes) {
    throw new UnsupportedOperationException(reference.toString() + mediaType + bytes.length);
  }

  /** All tags of a repository, in the registry's order. */
  public List<String> tags(ImageReference repository) {
    throw new UnsupportedOperationException(repository.toString());
  }

  /** Deletes a manifest by digest or tag. */
  public void deleteManifest(ImageReference reference) {
    throw new UnsupportedOperationException(reference.toString());
  }

  public void deleteBlob(ImageReference repository, Digest digest) {
    throw new UnsupportedOperationException(repository.toString() + digest);
  }

  @Override
  public void close() {}
}
