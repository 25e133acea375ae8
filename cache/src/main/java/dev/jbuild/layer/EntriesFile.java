package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.FileName;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The list of a layer's files with their digests, beside its folder, so that the next layer of the
 * same kind can be compared with this one without reading it.
 */
final class EntriesFile {
  private static final int MAGIC = 0x6a626532;
  private static final byte END = 0;

  /** A regular file of the layer, with the SHA-256 of its bytes. */
  record Entry(Meta meta, long size, byte[] content) {
    boolean isSame(Meta otherMeta, long otherSize) {
      return size == otherSize && meta.equals(otherMeta);
    }
  }

  private EntriesFile() {}

  /** Writes the list; whole only when {@link #finish} was called. */
  static final class Writer implements AutoCloseable {
    private final ByteSink out;

    Writer(Path file) throws IOException {
      out = new ByteSink(Files.newOutputStream(file));
      out.writeInt(MAGIC);
    }

    void add(TreeItem item, long size, byte[] content) throws IOException {
      Meta meta = item.meta();
      out.write(item.kind().letter);
      out.writeInt(meta.mode());
      out.writeInt(meta.uid());
      out.writeInt(meta.gid());
      out.writeLong(meta.mtimeSec());
      out.writeInt(meta.mtimeNanos());
      out.writeLong(size);
      out.writeSized(FileName.encode(item.path()));
      out.writeInt(meta.xattrs().size());
      for (Map.Entry<String, XattrValue> xattr : meta.xattrs().entrySet()) {
        out.writeSized(FileName.encode(xattr.getKey()));
        out.writeSized(xattr.getValue().bytes());
      }
      out.writeSized(content);
    }

    void finish() throws IOException {
      out.write(END);
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** The regular files of the list by path; empty when there is no list or no whole one. */
  static Map<String, Entry> read(Path file) throws IOException {
    ByteBuffer in;
    try {
      in = ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (NoSuchFileException _) {
      return Map.of();
    }
    try {
      return read(in);
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException _) {
      // Written by another version, or cut off by a crash: it only saves time.
      return Map.of();
    }
  }

  private static Map<String, Entry> read(ByteBuffer in) {
    Map<String, Entry> entries = new HashMap<>();
    if (in.getInt() != MAGIC) {
      return entries;
    }
    for (byte kind = in.get(); kind != END; kind = in.get()) {
      int mode = in.getInt();
      int uid = in.getInt();
      int gid = in.getInt();
      long seconds = in.getLong();
      int nanos = in.getInt();
      long size = in.getLong();
      String path = FileName.decode(text(in));
      Meta meta = Meta.of(mode, uid, gid, seconds, nanos);
      int count = in.getInt();
      if (count > 0) {
        SortedMap<String, XattrValue> xattrs = new TreeMap<>();
        for (int i = 0; i < count; i++) {
          xattrs.put(FileName.decode(text(in)), XattrValue.of(text(in)));
        }
        meta = meta.withXattrs(xattrs);
      }
      byte[] content = text(in);
      if (kind == Kind.FILE.letter) {
        entries.put(path, new Entry(meta, size, content));
      }
    }
    return entries;
  }

  private static byte[] text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("cut off");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
