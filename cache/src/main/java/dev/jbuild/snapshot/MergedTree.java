package dev.jbuild.snapshot;

import dev.jbuild.layer.Meta;
import dev.jbuild.layer.TreeSink;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.snapshot.LayerStack.Node;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of a stack of layers as one tree, as a container would see them. */
public final class MergedTree {
  private final LayerStack stack;
  private final List<String> roots;
  // Layers share files with their predecessors: only within one layer is a link a link.
  private final Map<String, String> firstNames = new HashMap<>();

  private MergedTree(LayerStack stack) {
    this.stack = stack;
    this.roots = stack.roots();
  }

  /** Sends every file, sorted by name within its folder; the root folder itself is not sent. */
  public static void send(LayerStack stack, TreeSink sink) throws IOException {
    Optional<Node> root = stack.find("/");
    if (root.isPresent()) {
      new MergedTree(stack).children(root.get(), sink);
    }
  }

  private void children(Node folder, TreeSink sink) throws IOException {
    for (Node node : stack.list(folder)) {
      String path = node.path().substring(1);
      FileStat stat = node.stat();
      if (stat.isDirectory()) {
        sink.directory(path, node.meta());
        children(node, sink);
      } else {
        other(path, node, sink);
      }
    }
  }

  private void other(String path, Node node, TreeSink sink) throws IOException {
    FileStat stat = node.stat();
    Meta meta = node.meta();
    if (stat.nlink() > 1) {
      String first = firstNames.putIfAbsent(layerOf(node.hostPath()) + ":" + stat.ino(), path);
      if (first != null) {
        sink.hardLink(path, meta, first);
        return;
      }
    }
    switch (stat.type()) {
      case FileStat.REGULAR -> {
        try (OpenFile file = Dir.HERE.read(node.hostPath())) {
          sink.file(path, meta, stat.size(), file);
        }
      }
      case FileStat.SYMLINK -> sink.symlink(path, meta, node.linkTarget());
      case FileStat.CHARACTER, FileStat.BLOCK, FileStat.FIFO ->
          sink.node(path, meta, stat.type(), stat.rdev());
      default -> {
        // Sockets: no tar has a type for them, every tool leaves them out.
      }
    }
  }

  private int layerOf(String hostPath) {
    for (int i = 0; i < roots.size(); i++) {
      if (hostPath.startsWith(roots.get(i) + "/")) {
        return i;
      }
    }
    throw new AssertionError("in no layer: " + hostPath);
  }
}
