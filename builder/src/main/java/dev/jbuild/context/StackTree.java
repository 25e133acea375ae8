package dev.jbuild.context;

import dev.jbuild.layer.Meta;
import dev.jbuild.linux.FileStat;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files of a stage or image as something to copy from. */
public final class StackTree implements SourceTree {
  private final LayerStack stack;

  public StackTree(LayerStack stack) {
    this.stack = stack;
  }

  @Override
  public Optional<SourceNode> lookup(String path) throws IOException {
    Optional<LayerStack.Node> node = stack.findNoFollow("/" + path);
    return node.isPresent() ? Optional.of(node(path, node.get())) : Optional.empty();
  }

  @Override
  public List<SourceNode> list(SourceNode directory) throws IOException {
    Optional<LayerStack.Node> node = stack.findNoFollow("/" + directory.path());
    List<SourceNode> nodes = new ArrayList<>();
    if (node.isPresent()) {
      String prefix = directory.path().isEmpty() ? "" : directory.path() + "/";
      for (LayerStack.Node child : stack.list(node.get())) {
        nodes.add(node(prefix + child.name(), child));
      }
    }
    return nodes;
  }

  /** The attributes that go into an image, extended ones included. */
  public Meta meta(SourceNode node) throws IOException {
    Optional<LayerStack.Node> found = stack.findNoFollow("/" + node.path());
    return found.isPresent()
        ? found.get().meta()
        : Meta.of(node.mode(), node.uid(), node.gid(), node.mtimeSec(), node.mtimeNanos());
  }

  private static SourceNode node(String path, LayerStack.Node node) throws IOException {
    FileStat s = node.stat();
    return new SourceNode(
        path,
        node.host(),
        s.mode(),
        s.uid(),
        s.gid(),
        s.size(),
        s.mtimeSec(),
        s.mtimeNanos(),
        new SourceNode.Identity(
            s.dev(), s.ino(), s.ctimeSec() * 1_000_000_000L + s.ctimeNanos(), s.rdev()),
        s.isSymlink() ? node.linkTarget() : "");
  }
}
