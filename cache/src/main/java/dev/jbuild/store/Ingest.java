package dev.jbuild.store;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Content on its way into the store; closing it uncommitted leaves nothing, unless it was begun
 * with {@link Blobs#resume}.
 */
public final class Ingest extends OutputStream {
  private final Blobs blobs;
  private final Path temporary;
  private final OutputStream file;
  private final Optional<Partial> partial;
  private final MessageDigest sha256;
  private long written;
  private boolean ended;

  Ingest(Path root, Blobs blobs) throws IOException {
    this.blobs = blobs;
    this.temporary = Atomic.temporary(root);
    this.file = Files.newOutputStream(temporary);
    this.partial = Optional.empty();
    this.sha256 = Digest.newSha256();
  }

  Ingest(Blobs blobs, Partial partial) throws IOException {
    this.blobs = blobs;
    this.temporary = partial.file();
    this.file = Files.newOutputStream(temporary, StandardOpenOption.APPEND);
    this.partial = Optional.of(partial);
    this.sha256 = partial.sha256();
    this.written = partial.length();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    file.write(buffer, offset, length);
    sha256.update(buffer, offset, length);
    written += length;
  }

  /** Bytes so far, with those that an earlier process has left. */
  public long written() {
    return written;
  }

  /** The digest of the bytes so far, to be gone on with: a copy. */
  public MessageDigest sha256() {
    try {
      return (MessageDigest) sha256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  /** Ends the content, and names it by its SHA-256. */
  public Digest commit() throws IOException {
    file.close();
    Digest digest = Digest.of(sha256.digest());
    move(digest);
    return digest;
  }

  /**
   * Ends the content, when it is what was expected.
   *
   * @throws StoreException when it is not; then nothing was added
   */
  public void commit(Digest expected, long expectedSize) throws IOException {
    file.close();
    Digest digest =
        expected.algorithm().equals("sha256")
            ? Digest.of(sha256.digest())
            : digest(expected.algorithm(), expected.newComputation());
    if (!digest.equals(expected) || written != expectedSize) {
      discard();
      throw new StoreException(
          "content of "
              + written
              + " bytes has digest "
              + digest
              + ", expected were "
              + expectedSize
              + " bytes of "
              + expected);
    }
    move(digest);
  }

  /** Rare enough for a second look at the bytes. */
  private Digest digest(String algorithm, MessageDigest computation) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(temporary)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        computation.update(buffer, 0, count);
      }
    }
    return new Digest(algorithm, HexFormat.of().formatHex(computation.digest()));
  }

  private void move(Digest digest) throws IOException {
    Path target = blobs.path(digest);
    if (partial.isPresent()) {
      // As young as its name: the collector takes it for new, however long ago it came.
      Files.setLastModifiedTime(temporary, FileTime.from(Instant.now()));
    }
    Atomic.name(temporary, target);
    ended = true;
  }

  /** Forgets what came, in earlier processes too. */
  public void discard() throws IOException {
    file.close();
    remove();
  }

  /** Once: a part of another process may have the name afterwards. */
  private void remove() throws IOException {
    if (!ended) {
      ended = true;
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
      // What is whole and was not committed is not what it should be.
      if (partial.isEmpty() || written == 0 || written >= partial.get().whole()) {
        remove();
      }
    } finally {
      partial.ifPresent(Partial::close);
    }
  }
}
