package dev.jbuild.snapshot;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LowerView;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.Overlay;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.OpenFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A read-only merged view of layers, as overlayfs would show them, without a mount.
 *
 * <p>Links are resolved here and never by the kernel: a link of an image is relative to the image's
 * root, whatever it says.
 */
public final class LayerStack implements LowerView {
  // What the kernel allows on one way, MAXSYMLINKS.
  private static final int LINKS = 40;

  private final List<Layer> bottomToTop;
  private final List<String> topDown;

  public LayerStack(List<Layer> bottomToTop) {
    this.bottomToTop = List.copyOf(bottomToTop);
    List<String> roots = new ArrayList<>();
    for (Layer layer : this.bottomToTop.reversed()) {
      roots.add(layer.fs().toString());
    }
    topDown = List.copyOf(roots);
  }

  /** The folders of the layers, the topmost first. */
  List<String> roots() {
    return topDown;
  }

  /**
   * A file of the view.
   *
   * @param path absolute and normalized, {@code /} for the root
   * @param name the last component, empty for the root
   * @param hostPath where the topmost layer that has the file keeps it
   */
  public record Node(String path, String name, String hostPath, FileStat stat) {
    public Path host() {
      return Path.of(hostPath);
    }

    /** The target of a symbolic link. */
    public String linkTarget() throws IOException {
      return Dir.HERE.readlink(hostPath);
    }

    /** Owner, permissions and time, and the extended attributes that go into an image. */
    public Meta meta() throws IOException {
      return Meta.read(Dir.HERE, hostPath, stat);
    }
  }

  /** A file, and the host folders that it is merged from when it is a folder. */
  private record Found(Node node, List<String> parts) {}

  /** How far a path could be followed: the files on the way, and the components left over. */
  private record Walked(List<Found> way, List<String> rest) {
    Found found() {
      return way.getLast();
    }
  }

  /** A file, all symbolic links followed below the root; absent when missing. */
  public Optional<Node> find(String path) throws IOException {
    return complete(walk(path, true));
  }

  /** A file; a symbolic link that is the last component is not followed. */
  public Optional<Node> findNoFollow(String path) throws IOException {
    return complete(walk(path, false));
  }

  private static Optional<Node> complete(Walked walked) {
    return walked.rest.isEmpty() ? Optional.of(walked.found().node) : Optional.empty();
  }

  @Override
  public String resolve(String path) throws IOException {
    Walked walked = walk(path, true);
    return append(walked.found().node.path, walked.rest, 0);
  }

  @Override
  public String resolve(String folder, String path) throws IOException {
    int floor = folder.equals("/") ? 0 : folder.length();
    Walked base = walk(folder, false);
    if (!base.rest.isEmpty()) {
      return append(folder, components(path), floor);
    }
    Walked walked = walk(base.way, path, true);
    return append(walked.found().node.path, walked.rest, floor);
  }

  /**
   * Nothing exists there any more, so that ".." has only the text to go by.
   *
   * @param floor the length of the path that it does not lead out of
   */
  private static String append(String path, List<String> names, int floor) {
    StringBuilder text = new StringBuilder(path.equals("/") ? "" : path);
    for (String name : names) {
      if (!name.equals("..")) {
        text.append('/').append(name);
      } else if (text.length() > floor) {
        text.setLength(text.lastIndexOf("/"));
      }
    }
    return text.isEmpty() ? "/" : text.toString();
  }

  private Walked walk(String path, boolean followLast) throws IOException {
    return walk(List.of(root()), path, followLast);
  }

  /**
   * @param from the way to the folder that is the root for this path
   */
  private static Walked walk(List<Found> from, String path, boolean followLast) throws IOException {
    List<Found> way = new ArrayList<>(from);
    Deque<String> left = new ArrayDeque<>(components(path));
    int links = 0;
    while (!left.isEmpty()) {
      String name = left.pop();
      if (name.equals("..")) {
        if (way.size() > from.size()) {
          way.removeLast();
        }
        continue;
      }
      Optional<Found> child = child(way.getLast(), name);
      if (child.isEmpty()) {
        left.push(name);
        break;
      }
      Node node = child.get().node;
      boolean last = left.isEmpty() && !followLast;
      if (!node.stat.isSymlink() || last) {
        way.add(child.get());
        continue;
      }
      if (++links > LINKS) {
        throw new FileSystemException(path, null, "too many levels of symbolic links");
      }
      String target = node.linkTarget();
      if (target.startsWith("/")) {
        way.subList(from.size(), way.size()).clear();
      }
      components(target).reversed().forEach(left::push);
    }
    return new Walked(way, List.copyOf(left));
  }

  private static List<String> components(String path) {
    List<String> components = new ArrayList<>();
    for (String component : path.split("/", -1)) {
      if (!component.isEmpty() && !component.equals(".")) {
        components.add(component);
      }
    }
    return components;
  }

  private Found root() throws IOException {
    if (topDown.isEmpty()) {
      FileStat empty = new FileStat(FileStat.DIRECTORY | 0755, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
      return new Found(new Node("/", "", "", empty), topDown);
    }
    String top = topDown.getFirst();
    return new Found(new Node("/", "", top, Dir.HERE.stat(top)), topDown);
  }

  /**
   * A child of a merged folder: the topmost file of that name, and with a folder those below it.
   */
  private static Optional<Found> child(Found parent, String name) throws IOException {
    if (!parent.node.stat.isDirectory()) {
      return Optional.empty();
    }
    String path = (parent.node.path.equals("/") ? "" : parent.node.path) + "/" + name;
    Node top = null;
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < parent.parts.size(); i++) {
      String host = parent.parts.get(i) + "/" + name;
      Optional<FileStat> stat = Dir.HERE.statIfPresent(host);
      if (stat.isEmpty()) {
        continue;
      }
      if (stat.get().isWhiteout() || top != null && !stat.get().isDirectory()) {
        break;
      }
      if (top == null) {
        top = new Node(path, name, host, stat.get());
      }
      parts.add(host);
      boolean more = i + 1 < parent.parts.size();
      if (!stat.get().isDirectory() || more && Overlay.isOpaque(Dir.HERE, host)) {
        break;
      }
    }
    return top == null ? Optional.empty() : Optional.of(new Found(top, parts));
  }

  /** The merged children of a folder, sorted by name. */
  public List<Node> list(Node dir) throws IOException {
    Walked walked = walk(dir.path, false);
    if (!walked.rest.isEmpty() || !walked.found().node.stat.isDirectory()) {
      return List.of();
    }
    TreeMap<String, Node> children = new TreeMap<>();
    Set<String> gone = new HashSet<>();
    String prefix = dir.path.equals("/") ? "/" : dir.path + "/";
    for (String part : walked.found().parts) {
      try (Dir folder = Dir.open(part)) {
        for (String name : folder.names()) {
          if (children.containsKey(name) || gone.contains(name)) {
            continue;
          }
          FileStat stat = folder.stat(name);
          if (stat.isWhiteout()) {
            gone.add(name);
          } else {
            children.put(name, new Node(prefix + name, name, part + "/" + name, stat));
          }
        }
      }
    }
    return List.copyOf(children.values());
  }

  /** The host folders that a folder is merged from, the lowest first; none when it is no folder. */
  public List<Path> parts(Node folder) throws IOException {
    Walked walked = walk(folder.path, false);
    return walked.rest.isEmpty() && walked.found().node.stat.isDirectory()
        ? walked.found().parts.reversed().stream().map(Path::of).toList()
        : List.of();
  }

  /**
   * The content of a regular file; absent when there is none of that name. Devices, fifos and
   * folders count as none.
   *
   * @throws IOException when it has more than {@code limit} bytes
   */
  public Optional<byte[]> read(String path, int limit) throws IOException {
    Optional<Node> node = find(path);
    if (node.isEmpty() || !node.get().stat.isRegular()) {
      return Optional.empty();
    }
    try (OpenFile file = Dir.HERE.read(node.get().hostPath)) {
      long size = file.stat().size();
      if (size > limit) {
        throw new IOException(
            "%s of the image has %d bytes, more than the %d that are read"
                .formatted(path, size, limit));
      }
      byte[] bytes = new byte[(int) size];
      int done = 0;
      while (done < bytes.length) {
        int count = file.read(bytes, done, bytes.length - done);
        if (count == 0) {
          break;
        }
        done += count;
      }
      return Optional.of(Arrays.copyOf(bytes, done));
    }
  }

  @Override
  public Optional<Meta> folder(String path) throws IOException {
    Optional<Node> node = findNoFollow(path);
    return node.isPresent() && node.get().stat.isDirectory()
        ? Optional.of(node.get().meta())
        : Optional.empty();
  }

  @Override
  public LayerStack below(Layer top) {
    List<Layer> more = new ArrayList<>(bottomToTop);
    more.add(top);
    return new LayerStack(more);
  }
}
