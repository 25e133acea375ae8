package dev.jbuild.copy;

import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.context.StackTree;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a COPY puts where, as BuildKit does: a folder gives its contents, a link that is
 * named is followed, one that is found is kept, links of the destination are followed.
 */
public final class CopyPlanner {
  private final TargetTree target;

  public CopyPlanner(LayerStack below) {
    this.target = new TargetTree(below);
  }

  /** The plan of all that was added, parents first. */
  public List<PlannedEntry> entries() throws IOException {
    return target.entries();
  }

  /** Makes a folder and its parents: what WORKDIR needs, and nothing where it exists. */
  public void mkdirs(String path, int uid, int gid) throws IOException {
    target.mkdirs(target.resolve(path), Meta.of(0755, uid, gid, 0, 0));
  }

  /** Adds a file with given content, from a heredoc. */
  public void addBytes(String name, byte[] content, CopySpec spec) throws IOException {
    String path = spec.target();
    boolean folder = path.endsWith("/");
    String resolved = target.resolve(path);
    if (folder || target.lookup(resolved).orElse(null) instanceof TargetTree.Existing.Folder) {
      resolved = target.resolve(resolved + "/" + name);
    }
    target.mkdirs(TargetTree.parent(resolved), newFolder(spec));
    int[] owner = spec.owner().orElse(new int[] {0, 0});
    int mode = spec.mode().map(m -> m.apply(0644, false)).orElse(0644);
    target.put(new PlannedEntry.Bytes(resolved, content, Meta.of(mode, owner[0], owner[1], 0, 0)));
  }

  /**
   * The nodes that a source word means, links followed.
   *
   * @throws CopyException when a word without wildcards means nothing
   */
  public static List<SourceNode> select(SourceTree tree, String source) throws IOException {
    String path = SourceTree.clean(source);
    if (!Wildcard.isPattern(path)) {
      return List.of(
          tree.find(path, true)
              .orElseThrow(() -> new CopyException("\"/" + path + "\": not found")));
    }
    List<SourceNode> nodes = new ArrayList<>();
    expand(tree, "", List.of(path.split("/")), nodes);
    return nodes;
  }

  /** Adds everything that a spec asks for. */
  public void add(CopySpec spec) throws IOException {
    IgnoreRules excludes = IgnoreRules.of(spec.excludes());
    for (String source : spec.sources()) {
      for (SourceNode node : select(spec.tree(), source)) {
        addSource(spec, node, SourceTree.clean(source), source, excludes);
      }
    }
  }

  private void addSource(
      CopySpec spec, SourceNode node, String word, String written, IgnoreRules excludes)
      throws IOException {
    String to = spec.target();
    if (spec.parents()) {
      to = to + "/" + parentsOf(node, written);
      to = node.isDirectory() ? to : to + "/";
    }
    String dest = target.resolve(to);
    boolean intoFolder = to.endsWith("/");
    String name =
        Wildcard.isPattern(word) ? node.name() : word.substring(word.lastIndexOf('/') + 1);
    Optional<TargetTree.Existing> existing = target.lookup(dest);
    if (node.isDirectory()) {
      target.mkdirs(dest, newFolder(spec));
      copyChildren(new Copying(spec, node.path(), excludes), node, dest);
      return;
    }
    if (excludes.ignores(node.path())) {
      return;
    }
    boolean folder =
        intoFolder || dest.isEmpty() || existing.orElse(null) instanceof TargetTree.Existing.Folder;
    if (folder) {
      target.mkdirs(dest, newFolder(spec));
      dest = target.resolve(dest + "/" + name);
    } else {
      target.mkdirs(TargetTree.parent(dest), newFolder(spec));
    }
    copyFile(spec, node, dest);
  }

  /**
   * What {@code --parents} keeps of a source's path: from the pivot {@code /./}, if there is one.
   */
  private static String parentsOf(SourceNode node, String written) {
    int pivot = written.indexOf("/./");
    String path = node.path();
    if (pivot >= 0) {
      String cut = SourceTree.clean(written.substring(0, pivot));
      path =
          path.startsWith(cut + "/")
              ? path.substring(cut.length() + 1)
              : path.equals(cut) ? "" : path;
    }
    return node.isDirectory() ? path : TargetTree.parent(path);
  }

  /** One folder on its way, with what its exclusions are relative to. */
  private record Copying(CopySpec spec, String root, IgnoreRules excludes) {}

  private void copyChildren(Copying copying, SourceNode folder, String dest) throws IOException {
    for (SourceNode child : copying.spec.tree().list(folder)) {
      String relative =
          copying.root.isEmpty() ? child.path() : child.path().substring(copying.root.length() + 1);
      boolean excluded =
          copying.excludes.ignores(relative) || copying.excludes.ignores(child.path());
      String path = dest.isEmpty() ? child.name() : dest + "/" + child.name();
      if (child.isDirectory()) {
        if (!excluded) {
          copyFolder(copying.spec, child, path);
        }
        if (!excluded || copying.excludes.hasReinclude()) {
          copyChildren(copying, child, path);
        }
      } else if (!excluded) {
        copyFile(copying.spec, child, path);
      }
    }
  }

  private void copyFolder(CopySpec spec, SourceNode node, String dest) throws IOException {
    Optional<TargetTree.Existing> existing = target.lookup(dest);
    Meta meta = meta(spec, node);
    if (existing.isEmpty()) {
      target.mkdirs(TargetTree.parent(dest), newFolder(spec));
      target.makeFolder(dest, meta);
    } else if (existing.get() instanceof TargetTree.Existing.Folder) {
      target.put(new PlannedEntry.Directory(dest, meta));
    } else {
      throw new CopyException("cannot copy to non-directory: /" + dest);
    }
  }

  private void copyFile(CopySpec spec, SourceNode node, String dest) throws IOException {
    if (node.isSocket()) {
      return;
    }
    if (target.lookup(dest).orElse(null) instanceof TargetTree.Existing.Folder) {
      throw new CopyException("cannot replace to directory /" + dest + " with file");
    }
    Meta meta = meta(spec, node);
    if (node.isSymlink()) {
      target.put(new PlannedEntry.Link(dest, node.linkTarget(), meta));
    } else if (node.isRegular()) {
      target.put(new PlannedEntry.File(dest, node.host(), node.size(), Optional.empty(), meta));
    } else {
      target.put(new PlannedEntry.Node(dest, node.type(), node.identity().rdev(), meta));
    }
  }

  private static Meta meta(CopySpec spec, SourceNode node) throws IOException {
    Meta meta =
        spec.tree() instanceof StackTree stack
            ? stack.meta(node)
            : Meta.of(node.mode(), node.uid(), node.gid(), node.mtimeSec(), node.mtimeNanos());
    if (spec.owner().isPresent()) {
      meta = meta.withOwner(spec.owner().get()[0], spec.owner().get()[1]);
    }
    if (spec.mode().isPresent() && !node.isSymlink()) {
      meta = meta.withMode(spec.mode().get().apply(meta.mode(), node.isDirectory()));
    }
    return meta;
  }

  private static Meta newFolder(CopySpec spec) {
    int[] owner = spec.owner().orElse(new int[] {0, 0});
    return Meta.of(0755, owner[0], owner[1], 0, 0);
  }

  private static void expand(
      SourceTree tree, String base, List<String> pattern, List<SourceNode> found)
      throws IOException {
    Optional<SourceNode> folder = tree.find(base, true);
    if (folder.isEmpty() || !folder.get().isDirectory()) {
      return;
    }
    String first = pattern.getFirst();
    List<String> rest = pattern.subList(1, pattern.size());
    if (first.equals("**")) {
      if (!rest.isEmpty()) {
        expand(tree, base, rest, found);
      }
      for (SourceNode child : tree.list(folder.get())) {
        if (child.isDirectory()) {
          expand(tree, child.path(), pattern, found);
        } else if (rest.isEmpty()) {
          found.add(child);
        }
      }
      return;
    }
    for (SourceNode child : tree.list(folder.get())) {
      if (Wildcard.matches(first, child.name())) {
        if (rest.isEmpty()) {
          Optional<SourceNode> followed = tree.find(child.path(), true);
          followed.ifPresent(found::add);
        } else {
          expand(tree, child.path(), rest, found);
        }
      }
    }
  }
}
