package dev.jbuild.engine.container;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Copies a folder with owners, modes, times and extended attributes into one that is there. */
final class TreeCopy {
  private static final int CHUNK = 1 << 20;

  private final Map<String, String> firstNames = new HashMap<>();
  private final byte[] buffer = new byte[CHUNK];

  private TreeCopy() {}

  /** The content of a folder of an image, and the folder's own attributes. */
  static void folder(LayerStack stack, LayerStack.Node from, Path to) throws IOException {
    try (Dir target = Dir.open(to)) {
      new TreeCopy().children(stack, from, target);
    }
    attributes(from.hostPath(), from.stat(), Dir.HERE, to.toString());
  }

  private void children(LayerStack stack, LayerStack.Node from, Dir to) throws IOException {
    for (LayerStack.Node node : stack.list(from)) {
      if (node.stat().isDirectory()) {
        to.mkdir(node.name(), 0700);
        try (Dir below = to.openDir(node.name())) {
          children(stack, node, below);
        }
      } else if (!other(node, to)) {
        continue;
      }
      attributes(node.hostPath(), node.stat(), to, node.name());
    }
  }

  /** False: attributes need not be set. */
  private boolean other(LayerStack.Node node, Dir to) throws IOException {
    FileStat stat = node.stat();
    if (stat.nlink() > 1) {
      String first = firstNames.putIfAbsent(stat.dev() + ":" + stat.ino(), to + "/" + node.name());
      if (first != null) {
        to.link(Dir.HERE, first, node.name());
        return false;
      }
    }
    switch (stat.type()) {
      case FileStat.REGULAR -> content(node.hostPath(), to, node.name());
      case FileStat.SYMLINK -> to.symlink(node.linkTarget(), node.name());
      case FileStat.CHARACTER, FileStat.BLOCK, FileStat.FIFO ->
          to.mknod(node.name(), stat.type() | 0600, stat.rdev());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void content(String from, Dir to, String name) throws IOException {
    try (OpenFile source = Dir.HERE.read(from);
        OpenFile target = to.create(name, 0600)) {
      if (target.cloneFrom(source)) {
        return;
      }
      int size = source.read(buffer, 0, buffer.length);
      while (size > 0) {
        target.write(buffer, 0, size);
        size = source.read(buffer, 0, buffer.length);
      }
    }
  }

  /** The owner first: it takes setuid bits and capabilities away. */
  private static void attributes(String from, FileStat stat, Dir to, String name)
      throws IOException {
    to.chown(name, stat.uid(), stat.gid());
    for (String attribute : Dir.HERE.xattrs(from)) {
      if (!attribute.startsWith("trusted.overlay.") && !attribute.startsWith("user.overlay.")) {
        to.setXattr(name, attribute, Dir.HERE.xattr(from, attribute).orElse(new byte[0]));
      }
    }
    if (!stat.isSymlink()) {
      to.chmod(name, stat.permissions());
    }
    to.times(name, stat.mtimeSec(), stat.mtimeNanos());
  }
}
