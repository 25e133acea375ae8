package dev.jbuild.engine;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.registry.BlobSink;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryException;
import dev.jbuild.store.Ingest;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.IOException;
import java.util.function.LongConsumer;

/** Blobs from registries into the store; one that breaks off goes on where it was the next time. */
public final class Downloads {
  private Downloads() {}

  /**
   * Brings a blob, where it is not here yet.
   *
   * @param progress hears how many bytes have come
   * @return whether it came, and was not here before
   * @throws IOException when the store can't take it
   * @throws RegistryException when the registry does not give it
   */
  public static boolean fetch(
      Store store,
      RegistryClient registry,
      ImageReference from,
      Descriptor blob,
      LongConsumer progress)
      throws IOException {
    if (store.blobs().keep(blob.digest())) {
      return false;
    }
    if (!isFetched(store, registry, from, blob, progress)) {
      isFetched(store, registry, from, blob, progress);
    }
    return true;
  }

  /**
   * Fetches a blob, or the rest of one of which a part came before.
   *
   * @return false when that part was wrong: it has been forgotten, and the blob must come anew
   */
  private static boolean isFetched(
      Store store,
      RegistryClient registry,
      ImageReference from,
      Descriptor blob,
      LongConsumer progress)
      throws IOException {
    try (Ingest ingest = store.blobs().resume(blob.digest(), blob.size())) {
      long before = ingest.written();
      try {
        if (before < blob.size()) {
          BlobSink sink =
              before > 0
                  ? new BlobSink(ingest, before, ingest.sha256())
                  : BlobSink.empty(ingest, blob.digest());
          registry.fetchBlob(from, blob, sink, progress);
        }
        ingest.commit(blob.digest(), blob.size());
        return true;
      } catch (RegistryException | StoreException e) {
        if (before == 0 || ingest.written() < blob.size()) {
          throw e;
        }
        ingest.discard();
        return false;
      }
    }
  }
}
