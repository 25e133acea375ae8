package dev.jbuild.layer;

import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Reads files once, for everybody who wants their bytes. */
final class Transfer {
  private static final int SMALL = 1 << 15;

  private final Chunk.Pool pool = new Chunk.Pool();
  private final ThreadLocal<MessageDigest> digests = ThreadLocal.withInitial(Digest::newSha256);

  /** Gives a finished copy its attributes, before the parcel says that the file is complete. */
  @FunctionalInterface
  interface Finish {
    void accept(byte[] sha256) throws IOException;
  }

  /** Sends a file's content to a parcel, and finds out its digest unless that is given. */
  void send(OpenFile from, long size, Parcel parcel, byte @Nullable [] known)
      throws IOException, InterruptedException {
    copy(from, null, size, parcel, known, _ -> {});
  }

  /**
   * Copies a file, unless there is nothing to copy it to, and sends its content to a parcel.
   *
   * @param known the digest of the content, if that is known
   */
  void copy(
      OpenFile from,
      @Nullable OpenFile to,
      long size,
      Parcel parcel,
      byte @Nullable [] known,
      Finish finish)
      throws IOException, InterruptedException {
    if (size < SMALL) {
      sendSmall(from, to, (int) size, parcel, known, finish);
    } else {
      sendLarge(from, to, size, parcel, known, finish);
    }
  }

  private void sendSmall(
      OpenFile from,
      @Nullable OpenFile to,
      int size,
      Parcel parcel,
      byte @Nullable [] known,
      Finish finish)
      throws IOException, InterruptedException {
    // One byte more than expected, so that a single call sees both the content and its end.
    byte[] buffer = pool.take(size + 1);
    int count = from.copyChunk(buffer, 0, size + 1, to);
    if (count != size) {
      throw changed(from);
    }
    byte[] content = known;
    if (content == null) {
      MessageDigest digest = digests.get();
      digest.update(buffer, 0, count);
      content = digest.digest();
    }
    finish.accept(content);
    parcel.whole(size, pool.fill(buffer, count, 1), content);
  }

  private void sendLarge(
      OpenFile from,
      @Nullable OpenFile to,
      long size,
      Parcel parcel,
      byte @Nullable [] known,
      Finish finish)
      throws IOException, InterruptedException {
    parcel.begin(size);
    byte[] content = known;
    if (content != null) {
      pump(from, to, size, parcel::put, 1);
    } else if (size < ContentHash.LARGE) {
      MessageDigest digest = digests.get();
      digest.reset();
      pump(
          from,
          to,
          size,
          chunk -> {
            digest.update(chunk.bytes, 0, chunk.length);
            parcel.put(chunk);
          },
          1);
      content = digest.digest();
    } else {
      try (ContentHash beside = new ContentHash(Digest.newSha256())) {
        pump(
            from,
            to,
            size,
            chunk -> {
              beside.update(chunk);
              parcel.put(chunk);
            },
            2);
        content = beside.finish();
      }
    }
    finish.accept(content);
    parcel.end(content);
  }

  /** The SHA-256 of a file's content. */
  byte[] digest(OpenFile from, long size) throws IOException, InterruptedException {
    MessageDigest digest = digests.get();
    digest.reset();
    pump(
        from,
        null,
        size,
        chunk -> {
          digest.update(chunk.bytes, 0, chunk.length);
          chunk.release();
        },
        1);
    return digest.digest();
  }

  private interface Taker {
    void take(Chunk chunk) throws InterruptedException;
  }

  private void pump(OpenFile from, @Nullable OpenFile to, long size, Taker taker, int readers)
      throws IOException, InterruptedException {
    long done = 0;
    while (true) {
      long wanted = Math.min(size - done + 1, Chunk.Pool.SIZE);
      byte[] buffer = pool.take(wanted);
      int count = from.copyChunk(buffer, 0, (int) wanted, to);
      done += count;
      if (done > size || count == 0 && done < size) {
        throw changed(from);
      }
      if (count > 0) {
        taker.take(pool.fill(buffer, count, readers));
      }
      // A short read of a regular file is its end.
      if (count < wanted && done == size) {
        return;
      }
    }
  }

  private static IOException changed(OpenFile file) {
    return new IOException(file + " changed while it was being read; try again");
  }

  /** Sends bytes that are in memory already. */
  void send(byte[] bytes, Parcel parcel) throws InterruptedException {
    MessageDigest digest = digests.get();
    digest.reset();
    byte[] content = digest.digest(bytes);
    // Never released: the bytes are not the pool's.
    parcel.whole(bytes.length, pool.fill(bytes, bytes.length, Integer.MAX_VALUE), content);
  }
}
