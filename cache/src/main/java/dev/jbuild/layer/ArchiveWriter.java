package dev.jbuild.layer;

import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Writes a tar entry by entry, the same bytes for the same entries (POSIX ustar, pax where needed).
 */
public final class ArchiveWriter implements TreeSink, AutoCloseable {
  private static final int BUFFER = 1 << 17;

  private final ByteSink out;
  private final byte[] buffer = new byte[BUFFER];

  /** Writes to a stream, which {@link #close} closes. */
  public ArchiveWriter(OutputStream out) {
    this.out = new ByteSink(out);
  }

  @Override
  public void directory(String path, Meta meta) throws IOException {
    header(TreeItem.directory(path, meta, false), 0);
  }

  @Override
  public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
    file(path, meta, size, content.stream());
  }

  /**
   * A file from a stream, which is not closed.
   *
   * @throws IOException also when the stream has fewer bytes than {@code size}
   */
  public void file(String path, Meta meta, long size, InputStream content) throws IOException {
    header(TreeItem.file(path, meta, size), size);
    long left = size;
    while (left > 0) {
      int count = content.read(buffer, 0, (int) Math.min(left, BUFFER));
      if (count <= 0) {
        throw new IOException(path + " ended " + left + " bytes before its end");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
    out.write(new byte[TarFormat.padding(size)]);
  }

  /** A file of which the bytes are at hand. */
  public void file(String path, Meta meta, byte[] content) throws IOException {
    header(TreeItem.file(path, meta, content.length), content.length);
    out.write(content, 0, content.length);
    out.write(new byte[TarFormat.padding(content.length)]);
  }

  @Override
  public void symlink(String path, Meta meta, String target) throws IOException {
    header(TreeItem.symlink(path, meta, target), 0);
  }

  @Override
  public void hardLink(String path, Meta meta, String first) throws IOException {
    header(TreeItem.hardLink(path, meta, first), 0);
  }

  @Override
  public void node(String path, Meta meta, int type, long device) throws IOException {
    TreeItem.Kind kind =
        switch (type) {
          case FileStat.CHARACTER -> TreeItem.Kind.CHARACTER;
          case FileStat.BLOCK -> TreeItem.Kind.BLOCK;
          case FileStat.FIFO -> TreeItem.Kind.FIFO;
          default -> throw new IllegalArgumentException("no type of a node: " + type);
        };
    header(TreeItem.node(kind, path, meta, device), 0);
  }

  private void header(TreeItem item, long size) throws IOException {
    out.write(TarFormat.header(item, size));
  }

  /** Ends the archive; without it what was written is half an archive. */
  public void finish() throws IOException {
    out.write(TarFormat.end());
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
