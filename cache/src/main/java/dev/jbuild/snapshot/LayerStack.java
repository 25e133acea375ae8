package dev.jbuild.snapshot;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LowerView;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A read-only merged view of layers, as overlayfs would show them. */
@SuppressWarnings({"DoNotCallSuggester", "ObjectToString"})
public final class LayerStack implements LowerView {
  private final List<Layer> bottomToTop;

  public LayerStack(List<Layer> bottomToTop) {
    this.bottomToTop = List.copyOf(bottomToTop);
  }

  /**
   * A file of the view.
   *
   * @param path absolute and normalized, {@code /} for the root
   * @param hostPath where the topmost layer that has the file keeps it
   */
  @SuppressWarnings({"DoNotCallSuggester", "ObjectToString"})
  public record Node(String path, String name, String hostPath, FileStat stat) {
    public Path host() {
      return Path.of(hostPath);
    }

    /** The target of a symbolic link. */
    public String linkTarget() throws IOException {
      throw new UnsupportedOperationException("linkTarget " + this);
    }
  }

  /** A file, all symbolic links followed below the root; absent when missing. */
  public Optional<Node> find(String path) throws IOException {
    throw new UnsupportedOperationException("find " + path);
  }

  /** A file; a symbolic link that is the last component is not followed. */
  public Optional<Node> findNoFollow(String path) throws IOException {
    throw new UnsupportedOperationException("findNoFollow " + path);
  }

  @Override
  public String resolve(String path) throws IOException {
    throw new UnsupportedOperationException("resolve " + path);
  }

  /** The merged children of a folder, sorted by name. */
  public List<Node> list(Node dir) throws IOException {
    throw new UnsupportedOperationException("list " + dir);
  }

  /** The content of a regular file of at most so many bytes; absent when there is none. */
  public Optional<byte[]> read(String path, int limit) throws IOException {
    throw new UnsupportedOperationException("read " + path + limit);
  }

  @Override
  public Optional<FileStat> statNoFollow(String path) throws IOException {
    return findNoFollow(path).map(Node::stat);
  }

  @Override
  public LowerView below(Layer top) {
    List<Layer> more = new ArrayList<>(bottomToTop);
    more.add(top);
    return new LayerStack(more);
  }
}
