package dev.jbuild.store;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;

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
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException _) {
      Files.createDirectories(target.getParent());
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    Files.deleteIfExists(temporary);
  }
}
