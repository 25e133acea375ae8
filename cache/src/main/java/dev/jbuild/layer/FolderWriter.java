package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes a tree into a folder of the user's, among the files that are there: folders are merged,
 * everything else is replaced. Without root's rights all files become the user's own.
 */
public final class FolderWriter implements TreeSink, AutoCloseable {
  private final Path folder;
  private final Dir root;
  private final Attributes attributes;
  private final boolean mine = Linux.euid() != 0;
  private final TreeMap<String, Meta> folders = new TreeMap<>();
  private final byte[] buffer = new byte[1 << 17];

  /** Opens a folder, which is made when it is missing. */
  public FolderWriter(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    root = Dir.open(folder);
    attributes = new Attributes();
  }

  @Override
  public void directory(String path, Meta meta) throws IOException {
    if (path.isEmpty()) {
      return;
    }
    Optional<FileStat> old = root.statIfPresent(path);
    if (old.isPresent() && !old.get().isDirectory()) {
      root.unlink(path);
    }
    if (old.isEmpty() || !old.get().isDirectory()) {
      root.mkdir(path, 0700);
    }
    folders.put(path, owned(meta));
  }

  @Override
  public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
    clear(path);
    try (OpenFile file = attributes.create(root, path, owned(meta))) {
      if (size > 0 && !file.cloneFrom(content)) {
        for (int count = content.read(buffer, 0, buffer.length);
            count > 0;
            count = content.read(buffer, 0, buffer.length)) {
          file.write(buffer, 0, count);
        }
      }
      attributes.applyWhereSupported(file, owned(meta));
    }
  }

  @Override
  public void symlink(String path, Meta meta, String target) throws IOException {
    clear(path);
    root.symlink(target, path);
    attributes.apply(root, path, owned(meta), true);
  }

  @Override
  public void hardLink(String path, Meta meta, String first) throws IOException {
    clear(path);
    root.link(root, first, path);
  }

  @Override
  public void node(String path, Meta meta, int type, long device) throws IOException {
    clear(path);
    root.mknod(path, type | 0600, device);
    attributes.apply(root, path, owned(meta), false);
  }

  private void clear(String path) throws IOException {
    Optional<FileStat> old = root.statIfPresent(path);
    if (old.isEmpty()) {
      return;
    }
    if (old.get().isDirectory()) {
      Linux.deleteTree(folder.resolve(path));
    } else {
      root.unlink(path);
    }
  }

  private Meta owned(Meta meta) {
    return mine ? meta.withOwner(Linux.euid(), Linux.egid()) : meta;
  }

  /** Gives the folders their attributes, now that everything is in them. */
  public void finish() throws IOException {
    for (Map.Entry<String, Meta> made : folders.descendingMap().entrySet()) {
      attributes.apply(root, made.getKey(), made.getValue(), false);
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
