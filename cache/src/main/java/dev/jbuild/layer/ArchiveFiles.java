package dev.jbuild.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** The entries of a tar one after another, compressed or not: for archives that are no layers. */
public final class ArchiveFiles implements AutoCloseable {
  private final InputStream in;
  private final TarReader reader;

  private ArchiveFiles(InputStream in) {
    this.in = in;
    this.reader = new TarReader(in);
  }

  /** Reads a stream, which {@link #close} closes. */
  public static ArchiveFiles open(InputStream archive) throws IOException {
    return new ArchiveFiles(Compression.open(archive));
  }

  /** What an entry is; devices and the like are {@link #OTHER}. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    OTHER
  }

  /**
   * One entry.
   *
   * @param name as written, {@code ../} and all: never to be joined to a path
   * @param size of its content, in bytes
   * @param link of a link, as written
   */
  public record Entry(String name, Kind kind, long size, String link) {}

  /** The next entry; the content of the one before can't be read any more. */
  public Optional<Entry> next() throws IOException {
    TarEntry entry = reader.next();
    if (entry == null) {
      return Optional.empty();
    }
    Kind kind =
        switch (entry.type()) {
          case TarEntry.FILE -> Kind.FILE;
          case TarEntry.DIRECTORY -> Kind.DIRECTORY;
          case TarEntry.SYMLINK -> Kind.SYMLINK;
          case TarEntry.HARD_LINK -> Kind.HARD_LINK;
          default -> Kind.OTHER;
        };
    return Optional.of(new Entry(entry.name(), kind, entry.size(), entry.link()));
  }

  /** The content of the current entry; it ends where the entry ends. */
  public InputStream content() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return length == 0 ? 0 : reader.read(bytes, offset, length);
      }
    };
  }

  /** Reads to the end of the stream, where a compressed one says whether it is whole. */
  public void finish() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
