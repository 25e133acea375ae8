package dev.jbuild.layer;

import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a file once, for everybody who wants its bytes. */
final class Transfer {
  private final Chunk.Pool pool = new Chunk.Pool();

  /** What is to become of the bytes, besides going into the parcel. */
  enum Hash {
    WANTED,
    UNWANTED
  }

  /**
   * Sends a file's content to a parcel, and copies it to another file.
   *
   * @return the digest of the content if it is wanted
   */
  @Nullable Digest send(OpenFile from, @Nullable OpenFile to, long size, Parcel parcel, Hash wanted)
      throws IOException, InterruptedException {
    parcel.begin(size);
    if (wanted == Hash.UNWANTED) {
      pump(from, to, size, parcel, null);
      return null;
    }
    try (ContentHash hash = new ContentHash(size)) {
      pump(from, to, size, parcel, hash);
      return hash.finish();
    }
  }

  /** The digest of a file's content. */
  Digest digest(OpenFile from, long size) throws IOException, InterruptedException {
    try (ContentHash hash = new ContentHash(0)) {
      pump(from, null, size, null, hash);
      return hash.finish();
    }
  }

  private void pump(
      OpenFile from,
      @Nullable OpenFile to,
      long size,
      @Nullable Parcel parcel,
      @Nullable ContentHash hash)
      throws IOException, InterruptedException {
    long done = 0;
    while (true) {
      // One byte more than expected, so that a single call sees both the content and its end.
      long wanted = Math.min(size - done + 1, Chunk.Pool.SIZE);
      byte[] buffer = pool.take(wanted);
      int count = from.copyChunk(buffer, 0, (int) wanted, to);
      done += count;
      if (done > size || count == 0 && done < size) {
        throw new IOException(from + " changed while it was being read; try again");
      }
      if (count > 0) {
        int readers = 1 + (hash == null ? 0 : hash.readers());
        Chunk chunk = pool.fill(buffer, count, readers);
        if (hash != null) {
          hash.update(chunk);
        }
        if (parcel != null) {
          parcel.put(chunk);
        } else {
          chunk.release();
        }
      }
      // A short read of a regular file is its end.
      if (count < wanted && done == size) {
        return;
      }
    }
  }

  /** Sends bytes that are in memory already. */
  Digest send(byte[] content, Parcel parcel) throws InterruptedException {
    parcel.begin(content.length);
    if (content.length > 0) {
      parcel.put(pool.fill(content, content.length, Integer.MAX_VALUE));
    }
    return Digest.sha256(content);
  }
}
