package dev.jbuild.store;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;

/** Content on its way into the store; closing it uncommitted leaves nothing. */
public final class Ingest extends OutputStream {
  private final Blobs blobs;
  private final Path temporary;
  private final OutputStream file;
  private final MessageDigest sha256 = Digest.newSha256();
  private long written;

  Ingest(Path root, Blobs blobs) throws IOException {
    this.blobs = blobs;
    this.temporary = Atomic.temporary(root);
    this.file = Files.newOutputStream(temporary);
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

  /** Bytes so far. */
  public long written() {
    return written;
  }

  /** Ends the content, and names it by its SHA-256. */
  public Digest commit() throws IOException {
    file.close();
    Digest digest = Digest.of(sha256.digest());
    Files.move(
        temporary,
        blobs.path(digest),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return digest;
  }

  /**
   * Ends the content, when it is what was expected.
   *
   * @throws StoreException when it is not; then nothing was added
   */
  public void commit(Digest expected, long expectedSize) throws IOException {
    file.close();
    Digest digest = Digest.of(sha256.digest());
    if (!digest.equals(expected) || written != expectedSize) {
      close();
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
    Files.move(
        temporary,
        blobs.path(digest),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    file.close();
    Files.deleteIfExists(temporary);
  }
}
