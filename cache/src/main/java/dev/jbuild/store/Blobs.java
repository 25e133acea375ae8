package dev.jbuild.store;

import dev.jbuild.linux.Unsynced;
import dev.jbuild.oci.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Content by digest: {@code blobs/ALGORITHM/HEX}. What is read has been checked. */
public final class Blobs {
  /** Begins the name of what was put here among what is unsynced. */
  public static final String MARK = "blob-";

  private static final int READ_LIMIT = 64 << 20;

  private final Path root;

  Blobs(Path root) {
    this.root = root;
  }

  public boolean has(Digest digest) {
    return Files.exists(path(digest));
  }

  /** In bytes. */
  public long size(Digest digest) throws IOException {
    return Files.size(path(digest));
  }

  /** Where the content is, when it is there. */
  public Path path(Digest digest) {
    return root.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  /** The content as a stream, which fails at its end when the bytes are not those of the digest. */
  public InputStream open(Digest digest) throws IOException {
    return new Verifying(Files.newInputStream(path(digest)), digest);
  }

  /** The same for a reader that compares the digest itself, as registries do. */
  public InputStream openUnchecked(Digest digest) throws IOException {
    return Files.newInputStream(path(digest));
  }

  /** Content that fits in memory, checked; it must be here. */
  public byte[] read(Digest digest) throws IOException {
    Optional<byte[]> content = readIfPresent(digest);
    if (content.isEmpty()) {
      throw new StoreException(
          "blob "
              + digest
              + " is missing in the store "
              + root
              + "; pull or build the image again");
    }
    return content.get();
  }

  /** Content that fits in memory, checked; absent when it is not here, or not any more. */
  public Optional<byte[]> readIfPresent(Digest digest) throws IOException {
    Path path = path(digest);
    byte[] content;
    try {
      if (Files.size(path) > READ_LIMIT) {
        throw new StoreException("blob " + digest + " is too large to be read at once");
      }
      content = Files.readAllBytes(path);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (!HexFormat.of().formatHex(digest.newComputation().digest(content)).equals(digest.hex())) {
      throw corrupt(digest);
    }
    return Optional.of(content);
  }

  /** Adds content; the same content again changes nothing. */
  public Digest put(byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (!keep(digest)) {
      Path temporary = Atomic.temporary(root);
      try {
        Files.write(temporary, content);
        Unsynced.in(root).mark(MARK + digest.hex());
        Atomic.name(temporary, path(digest));
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    return digest;
  }

  /**
   * Says that content is needed from now on, by whoever holds a lease; false when it is not here.
   */
  public boolean keep(Digest digest) throws IOException {
    Path path = path(digest);
    if (!Files.exists(path)) {
      return false;
    }
    try (Gate _ = Gate.pass(root)) {
      Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Begins to add content of any size. */
  public Ingest ingest() throws IOException {
    return new Ingest(root, this);
  }

  /**
   * Begins to add content that may have come in part before: {@link Ingest#written} says how much.
   * What comes stays when it is closed before it is whole, for the next to go on with. Only one
   * writer at a time does that; others, and those of other digests than SHA-256, begin anew and
   * leave nothing.
   *
   * @param size of the whole, in bytes
   */
  public Ingest resume(Digest digest, long size) throws IOException {
    Optional<Partial> partial = Partial.open(root, digest, size);
    return partial.isPresent() ? new Ingest(this, partial.get()) : ingest();
  }

  /**
   * Removes what broken downloads left that nobody has gone on with since a time.
   *
   * @return the bytes that this frees
   */
  public long forgetPartial(Instant before, boolean dryRun) throws IOException {
    return Partial.sweep(root, before, dryRun);
  }

  /** Removes content; nothing happens when it is not there. */
  public void remove(Digest digest) throws IOException {
    Files.deleteIfExists(path(digest));
  }

  /** All digests, in no order. */
  public List<Digest> all() throws IOException {
    List<Digest> all = new ArrayList<>();
    for (String algorithm : List.of("sha256", "sha512")) {
      try (Stream<Path> files = Files.list(root.resolve("blobs").resolve(algorithm))) {
        for (Path file : files.toList()) {
          String text = algorithm + ":" + file.getFileName();
          if (Digest.isDigest(text)) {
            all.add(Digest.parse(text));
          }
        }
      } catch (NoSuchFileException _) {
        // nobody has brought one of this kind yet
      }
    }
    return all;
  }

  private StoreException corrupt(Digest digest) {
    return new StoreException(
        "blob "
            + digest
            + " in the store "
            + root
            + " is damaged; remove the image and pull or build it again");
  }

  private final class Verifying extends FilterInputStream {
    private final Digest expected;
    private final MessageDigest computation;
    private boolean checked;

    Verifying(InputStream in, Digest expected) {
      super(in);
      this.expected = expected;
      this.computation = expected.newComputation();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      if (count > 0) {
        computation.update(buffer, offset, count);
      } else if (count < 0 && !checked) {
        checked = true;
        if (!HexFormat.of().formatHex(computation.digest()).equals(expected.hex())) {
          throw corrupt(expected);
        }
      }
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
