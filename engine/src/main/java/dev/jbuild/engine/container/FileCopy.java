package dev.jbuild.engine.container;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.Meta;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;
import java.util.Optional;

/** Copies files from one folder to another, each opened without following links. */
final class FileCopy {
  private static final int CHUNK = 1 << 20;

  private final Optional<int[]> owner;
  private final boolean powers;
  private final byte[] buffer = new byte[CHUNK];
  private long bytes;

  /**
   * A copy.
   *
   * @param owner uid and gid of everything, instead of what the files have
   */
  FileCopy(Optional<int[]> owner) {
    this(owner, true);
  }

  /**
   * A copy.
   *
   * @param powers whether what makes of a program more than who starts it goes along
   */
  FileCopy(Optional<int[]> owner, boolean powers) {
    this.owner = owner;
    this.powers = powers;
  }

  /** Bytes of content so far. */
  long bytes() {
    return bytes;
  }

  /** One file or folder with all that is in it; a file that is there is replaced. */
  void copy(Dir from, String name, Dir to, String newName) throws IOException {
    FileStat stat = from.stat(name);
    if (stat.isDirectory()) {
      Optional<FileStat> there = to.statIfPresent(newName);
      if (there.isEmpty()) {
        to.mkdir(newName, 0700);
      } else if (!there.get().isDirectory()) {
        throw new IOException("cannot overwrite non-directory with directory: " + newName);
      }
      try (Dir source = from.openDir(name);
          Dir target = to.openDir(newName)) {
        children(source, target);
      }
      if (there.isEmpty()) {
        attributes(from, name, stat, to, newName);
      }
      return;
    }
    Optional<FileStat> there = to.statIfPresent(newName);
    if (there.isPresent()) {
      if (there.get().isDirectory()) {
        throw new IOException("cannot overwrite directory with non-directory: " + newName);
      }
      to.unlink(newName);
    }
    if (other(from, name, stat, to, newName)) {
      attributes(from, name, stat, to, newName);
    }
  }

  /** All that is in a folder. */
  void children(Dir from, Dir to) throws IOException {
    for (String name : from.names()) {
      copy(from, name, to, name);
    }
  }

  /** False: nothing was made. */
  private boolean other(Dir from, String name, FileStat stat, Dir to, String newName)
      throws IOException {
    switch (stat.type()) {
      case FileStat.REGULAR -> content(from, name, to, newName);
      case FileStat.SYMLINK -> to.symlink(from.readlink(name), newName);
      case FileStat.CHARACTER, FileStat.BLOCK, FileStat.FIFO ->
          to.mknod(newName, stat.type() | 0600, stat.rdev());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void content(Dir from, String name, Dir to, String newName) throws IOException {
    try (OpenFile source = from.read(name);
        OpenFile target = to.create(newName, 0600)) {
      int size = source.read(buffer, 0, buffer.length);
      while (size > 0) {
        target.write(buffer, 0, size);
        bytes += size;
        size = source.read(buffer, 0, buffer.length);
      }
    }
  }

  /** The owner first: it takes setuid bits and capabilities away. */
  private void attributes(Dir from, String name, FileStat stat, Dir to, String newName)
      throws IOException {
    to.chown(
        newName, owner.map(o -> o[0]).orElse(stat.uid()), owner.map(o -> o[1]).orElse(stat.gid()));
    if (!stat.isSymlink()) {
      for (String attribute : from.xattrs(name)) {
        if (attribute.startsWith("user.") || powers && attribute.equals("security.capability")) {
          to.setXattr(newName, attribute, from.xattr(name, attribute).orElse(new byte[0]));
        }
      }
      to.chmod(newName, powers ? stat.permissions() : stat.permissions() & ~06000);
    }
    to.times(newName, stat.mtimeSec(), stat.mtimeNanos());
  }

  /** The same into an archive, under a path. */
  void archive(Dir from, String name, ArchiveWriter out, String path) throws IOException {
    FileStat stat = from.stat(name);
    Meta meta = Meta.read(from, name, stat);
    switch (stat.type()) {
      case FileStat.DIRECTORY -> {
        out.directory(path, meta);
        try (Dir below = from.openDir(name)) {
          for (String child : below.names().stream().sorted().toList()) {
            archive(below, child, out, path + "/" + child);
          }
        }
      }
      case FileStat.REGULAR -> {
        try (OpenFile file = from.read(name)) {
          out.file(path, meta, stat.size(), file);
          bytes += stat.size();
        }
      }
      case FileStat.SYMLINK -> out.symlink(path, meta, from.readlink(name));
      case FileStat.CHARACTER, FileStat.BLOCK, FileStat.FIFO ->
          out.node(path, meta, stat.type(), stat.rdev());
      default -> {
        // Sockets: no tar has a type for them.
      }
    }
  }
}
