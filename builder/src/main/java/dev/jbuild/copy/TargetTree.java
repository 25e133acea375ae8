package dev.jbuild.copy;

import dev.jbuild.context.SourceTree;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The root filesystem that files are copied into, with what is planned so far on top. Paths are
 * relative to the root; nothing is written before the whole plan stands.
 */
final class TargetTree {
  private static final int MAX_LINKS = 255;

  private final LayerStack below;
  private final SortedMap<String, PlannedEntry> planned = new TreeMap<>(TargetTree::byBytes);

  /** Folders that the plan makes and that the layers below do not have: nothing lies below them. */
  private final Set<String> fresh = new HashSet<>();

  TargetTree(LayerStack below) {
    this.below = below;
  }

  /** What a path is in the target, the last link not followed. */
  sealed interface Existing {
    /** A folder. */
    record Folder(Meta meta) implements Existing {}

    /** A symbolic link. */
    record Link(String target) implements Existing {}

    /** Anything else. */
    record Other() implements Existing {}
  }

  private static Existing existing(PlannedEntry entry) {
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (entry instanceof PlannedEntry.Directory folder) {
      return new Existing.Folder(folder.meta());
    }
    return entry instanceof PlannedEntry.Link link
        ? new Existing.Link(link.target())
        : new Existing.Other();
  }

  Optional<Existing> lookup(String path) throws IOException {
    PlannedEntry entry = planned.get(path);
    if (entry != null) {
      return Optional.of(existing(entry));
    }
    if (isFresh(path)) {
      return Optional.empty();
    }
    Optional<LayerStack.Node> node = below.findNoFollow("/" + path);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get().stat().isDirectory()) {
      return Optional.of(new Existing.Folder(node.get().meta()));
    }
    return Optional.of(
        node.get().stat().isSymlink()
            ? new Existing.Link(node.get().linkTarget())
            : new Existing.Other());
  }

  /** Where a write to a path lands: all links followed, a missing rest kept. */
  String resolve(String path) throws IOException {
    Deque<String> todo = new ArrayDeque<>(SourceTree.components(path));
    List<String> done = new ArrayList<>();
    int hops = 0;
    while (!todo.isEmpty()) {
      String name = todo.pop();
      if (name.equals("..")) {
        if (!done.isEmpty()) {
          done.removeLast();
        }
        continue;
      }
      done.add(name);
      if (lookup(String.join("/", done)).orElse(null) instanceof Existing.Link(String target)) {
        if (++hops > MAX_LINKS) {
          throw new CopyException("too many links in destination /" + path);
        }
        done.removeLast();
        if (target.startsWith("/")) {
          done.clear();
        }
        SourceTree.components(target).reversed().forEach(todo::push);
      }
    }
    return String.join("/", done);
  }

  /** Makes a folder and its missing parents, whose links are already resolved. */
  void mkdirs(String path, Meta forNew) throws IOException {
    if (path.isEmpty()) {
      return;
    }
    Optional<Existing> existing = lookup(path);
    if (existing.isPresent()) {
      if (!(existing.get() instanceof Existing.Folder)) {
        throw new CopyException("cannot copy to non-directory: /" + path);
      }
      return;
    }
    mkdirs(parent(path), forNew);
    makeFolder(path, forNew);
  }

  /** Plans a folder that does not exist below. */
  void makeFolder(String path, Meta meta) {
    fresh.add(path);
    planned.put(path, new PlannedEntry.Directory(path, meta));
  }

  /** Plans an entry, and repeats the folders above it that only lower layers have. */
  void put(PlannedEntry entry) throws IOException {
    keepParents(entry.path());
    planned.put(entry.path(), entry);
  }

  /** The plan, parents before what they hold. */
  List<PlannedEntry> entries() throws IOException {
    for (String path : List.copyOf(planned.keySet())) {
      keepParents(path);
    }
    return List.copyOf(planned.values());
  }

  static String child(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private void keepParents(String path) throws IOException {
    String parent = parent(path);
    if (parent.isEmpty() || planned.containsKey(parent)) {
      return;
    }
    keepParents(parent);
    if (lookup(parent).orElse(null) instanceof Existing.Folder(Meta meta)) {
      planned.put(parent, new PlannedEntry.Directory(parent, meta));
    }
  }

  private boolean isFresh(String path) {
    for (String up = parent(path); !up.isEmpty(); up = parent(up)) {
      if (fresh.contains(up)) {
        return true;
      }
    }
    return false;
  }

  /** The order of the names' bytes in UTF-8, without making them: that of code points. */
  private static int byBytes(String a, String b) {
    int both = Math.min(a.length(), b.length());
    for (int i = 0; i < both; i++) {
      char left = a.charAt(i);
      char right = b.charAt(i);
      if (left != right) {
        return Integer.compare(rank(left), rank(right));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Pairs of surrogates stand for what comes after all single characters. */
  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }
}
