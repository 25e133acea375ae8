package dev.jbuild.engine;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Meta;
import dev.jbuild.linux.FileStat;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.snapshot.LayerStack.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Compares the files of two images, as containers would see them. Times do not count. */
public final class ImageDiff {
  private final LayerStack before;
  private final LayerStack after;
  private final List<Change> changes = new ArrayList<>();

  private ImageDiff(LayerStack before, LayerStack after) {
    this.before = before;
    this.after = after;
  }

  /** What became of a file. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /**
   * A file or folder that is not the same in both.
   *
   * @param before its bytes in the first image; 0 where there are none
   * @param after its bytes in the second image
   * @param why of a change: what of it is different, e.g. {@code content} or {@code mode}
   */
  public record Change(Kind kind, String path, long before, long after, String why) {}

  /** All differences, sorted by path; of what is only in one image, every file. */
  public static List<Change> between(List<Layer> before, List<Layer> after) throws IOException {
    ImageDiff diff = new ImageDiff(new LayerStack(before), new LayerStack(after));
    Optional<Node> first = diff.before.find("/");
    Optional<Node> second = diff.after.find("/");
    diff.folder(first, second);
    return List.copyOf(diff.changes);
  }

  private void folder(Optional<Node> first, Optional<Node> second) throws IOException {
    Map<String, Node[]> names = new TreeMap<>();
    if (first.isPresent()) {
      for (Node node : before.list(first.get())) {
        names.computeIfAbsent(node.name(), _ -> new Node[2])[0] = node;
      }
    }
    if (second.isPresent()) {
      for (Node node : after.list(second.get())) {
        names.computeIfAbsent(node.name(), _ -> new Node[2])[1] = node;
      }
    }
    for (Node[] pair : names.values()) {
      compare(Optional.ofNullable(pair[0]), Optional.ofNullable(pair[1]));
    }
  }

  private void compare(Optional<Node> first, Optional<Node> second) throws IOException {
    boolean folders =
        first.map(n -> n.stat().isDirectory()).orElse(true)
            && second.map(n -> n.stat().isDirectory()).orElse(true);
    if (first.isEmpty()) {
      Node node = second.orElseThrow();
      changes.add(new Change(Kind.ADDED, node.path(), 0, bytes(node), ""));
    } else if (second.isEmpty()) {
      changes.add(new Change(Kind.REMOVED, first.get().path(), bytes(first.get()), 0, ""));
    } else {
      String why = why(first.get(), second.get());
      if (!why.isEmpty()) {
        changes.add(
            new Change(
                Kind.CHANGED, first.get().path(), bytes(first.get()), bytes(second.get()), why));
      }
    }
    if (folders) {
      folder(first, second);
    } else {
      folder(first.filter(n -> n.stat().isDirectory()), Optional.empty());
      folder(Optional.empty(), second.filter(n -> n.stat().isDirectory()));
    }
  }

  private static long bytes(Node node) {
    return node.stat().isRegular() ? node.stat().size() : 0;
  }

  private static String why(Node first, Node second) throws IOException {
    FileStat a = first.stat();
    FileStat b = second.stat();
    if (a.dev() == b.dev() && a.ino() == b.ino()) {
      return ""; // the same file of the same layer
    }
    if (a.type() != b.type()) {
      return "type";
    }
    List<String> why = new ArrayList<>();
    if (a.isRegular() && !isSameContent(first, second)) {
      why.add("content");
    }
    if (a.isSymlink() && !first.linkTarget().equals(second.linkTarget())) {
      why.add("target");
    }
    if (a.permissions() != b.permissions()) {
      why.add("mode");
    }
    if (a.uid() != b.uid() || a.gid() != b.gid()) {
      why.add("owner");
    }
    if (a.rdev() != b.rdev()) {
      why.add("device");
    }
    Meta one = first.meta();
    if (!one.xattrs().equals(second.meta().xattrs())) {
      why.add("attributes");
    }
    return String.join(", ", why);
  }

  private static boolean isSameContent(Node first, Node second) throws IOException {
    return first.stat().size() == second.stat().size()
        && Files.mismatch(first.host(), second.host()) < 0;
  }
}
