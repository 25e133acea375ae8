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
      target.mkdirs(resolved, newFolder(spec));
      resolved = TargetTree.child(resolved, name);
    }
    target.mkdirs(TargetTree.parent(resolved), newFolder(spec));
    int[] owner = spec.owner().orElse(new int[] {0, 0});
    int mode = spec.mode().map(m -> m.apply(0644, false)).orElse(0644);
    target.put(new PlannedEntry.Bytes(resolved, content, Meta.of(mode, owner[0], owner[1], 0, 0)));
  }

  /**
   * What a source word means: a node, links followed, and the name that it was found by.
   *
   * @param name what a file is called in the target
   */
  public record Selected(SourceNode node, String name) {}

  /**
   * The nodes that a source word means.
   *
   * @throws CopyException when a word without wildcards means nothing
   */
  public static List<Selected> select(SourceTree tree, String source) throws IOException {
    String path = SourceTree.clean(source);
    if (!Wildcard.isPattern(path)) {
      return List.of(new Selected(followed(tree, path), path.substring(path.lastIndexOf('/') + 1)));
    }
    List<String> parts = List.of(path.split("/"));
    int plain = 0;
    while (!Wildcard.isPattern(parts.get(plain))) {
      plain++;
    }
    List<Selected> nodes = new ArrayList<>();
    Optional<SourceNode> base = tree.find(String.join("/", parts.subList(0, plain)), true);
    if (base.isPresent()) {
      expand(tree, base.get(), parts.subList(plain, parts.size()), nodes);
    }
    return nodes;
  }

  /** Adds everything that a spec asks for. */
  public void add(CopySpec spec) throws IOException {
    add(spec, _ -> false);
  }

  /** Files that are not copied as they are. */
  @FunctionalInterface
  public interface Archives {
    /** Takes an archive to be unpacked into the target; false for what is to be copied. */
    boolean take(SourceNode node) throws IOException;
  }

  /** The same, with archives among the sources. */
  public void add(CopySpec spec, Archives archives) throws IOException {
    IgnoreRules excludes = IgnoreRules.of(spec.excludes());
    for (String source : spec.sources()) {
      if (spec.ifExists() && isMissing(spec, source)) {
        continue;
      }
      if (spec.parents()) {
        addWithParents(spec, source, excludes);
        continue;
      }
      for (Selected selected : select(spec.tree(), source)) {
        if (selected.node().isRegular() && archives.take(selected.node())) {
          int[] owner = spec.owner().orElse(new int[] {0, 0});
          target.mkdirs(target.resolve(spec.target()), Meta.of(0755, owner[0], owner[1], 0, 0));
        } else {
          addSource(spec, selected, excludes);
        }
      }
    }
  }

  /** A pattern may find nothing anyway. */
  private static boolean isMissing(CopySpec spec, String source) throws IOException {
    String path = SourceTree.clean(source);
    return !Wildcard.isPattern(path) && spec.tree().find(path, true).isEmpty();
  }

  private void addSource(CopySpec spec, Selected selected, IgnoreRules excludes)
      throws IOException {
    SourceNode node = selected.node();
    String dest = target.resolve(spec.target());
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
        spec.target().endsWith("/")
            || dest.isEmpty()
            || existing.orElse(null) instanceof TargetTree.Existing.Folder;
    if (folder) {
      target.mkdirs(dest, newFolder(spec));
      // a link of that name is replaced, not followed
      dest = TargetTree.child(dest, selected.name());
    } else {
      target.mkdirs(TargetTree.parent(dest), newFolder(spec));
    }
    copyFile(spec, node, dest);
  }

  /**
   * {@code --parents}: the part of the path behind the pivot {@code /./} is a pattern, in which
   * {@code **} means any number of folders, and comes again below the target.
   */
  private void addWithParents(CopySpec spec, String source, IgnoreRules excludes)
      throws IOException {
    int pivot = source.indexOf("/./");
    String root = pivot < 0 ? "" : SourceTree.clean(source.substring(0, pivot));
    String pattern = SourceTree.clean(pivot < 0 ? source : source.substring(pivot + 3));
    boolean literal = !Wildcard.isPattern(root) && !Wildcard.isPattern(pattern);
    for (Selected selected : select(spec.tree(), root)) {
      SourceNode from = selected.node();
      String full =
          from.path().isEmpty() || pattern.isEmpty()
              ? from.path() + pattern
              : from.path() + "/" + pattern;
      if (literal && (pattern.isEmpty() || spec.tree().lookup(full).isEmpty())) {
        // BuildKit finds nothing where no name is left to repeat
        throw new CopyException(
            "\"/"
                + full
                + "\": not found"
                + (pattern.isEmpty() ? "; with --parents, write " + all(source) : ""));
      }
      String dest = target.resolve(spec.target());
      target.mkdirs(dest, newFolder(spec));
      List<String> parts = pattern.isEmpty() ? List.of() : List.of(pattern.split("/"));
      match(new Copying(spec, from.path(), excludes), new Way(from, dest, List.of()), parts);
    }
  }

  private static String all(String source) {
    return source.replaceFirst("/*$", "") + "/*";
  }

  /**
   * Where a pattern has been followed to.
   *
   * @param above the folders in between, which are made when something below them is copied
   */
  private record Way(SourceNode node, String dest, List<SourceNode> above) {
    Way into(SourceNode child) {
      List<SourceNode> all = new ArrayList<>(above);
      all.add(node);
      return new Way(child, TargetTree.child(dest, child.name()), all);
    }
  }

  private void match(Copying copying, Way way, List<String> pattern) throws IOException {
    SourceTree tree = copying.spec.tree();
    if (pattern.isEmpty()) {
      take(copying, way);
      return;
    }
    if (!way.node.isDirectory()) {
      return;
    }
    String first = pattern.getFirst();
    List<String> rest = pattern.subList(1, pattern.size());
    if (!Wildcard.isPattern(first)) {
      String path = TargetTree.child(way.node.path(), first);
      Optional<SourceNode> child = tree.lookup(path);
      if (child.isPresent()) {
        match(copying, way.into(child.get()), rest);
      }
      return;
    }
    boolean any = first.equals("**");
    if (any && !rest.isEmpty()) {
      match(copying, way, rest);
    }
    for (SourceNode child : tree.list(way.node)) {
      if (any) {
        match(copying, way.into(child), rest.isEmpty() ? rest : pattern);
      } else if (Wildcard.matches(first, child.name())) {
        match(copying, way.into(child), rest);
      }
    }
  }

  private void take(Copying copying, Way way) throws IOException {
    if (copying.excludes.ignores(relative(copying, way.node))) {
      return;
    }
    // the root is the target itself; what lies between keeps its attributes
    String dest = way.dest;
    List<String> places = new ArrayList<>();
    for (int i = 1; i < way.above.size(); i++) {
      dest = TargetTree.parent(dest);
      places.addFirst(dest);
    }
    for (int i = 1; i < way.above.size(); i++) {
      copyFolder(copying.spec, way.above.get(i), places.get(i - 1));
    }
    if (!way.node.isDirectory()) {
      copyFile(copying.spec, way.node, way.dest);
      return;
    }
    if (!way.above.isEmpty()) {
      copyFolder(copying.spec, way.node, way.dest);
    }
    copyChildren(copying, way.node, way.dest);
  }

  private static String relative(Copying copying, SourceNode node) {
    return copying.root.isEmpty() || node.path().length() <= copying.root.length()
        ? node.path()
        : node.path().substring(copying.root.length() + 1);
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

  /** What is made on the way has the permissions of --chmod where these are a number (fsutil). */
  private static Meta newFolder(CopySpec spec) {
    int[] owner = spec.owner().orElse(new int[] {0, 0});
    int mode = spec.mode().orElse(null) instanceof ModeChange.Octal(int bits) ? bits : 0755;
    return Meta.of(mode, owner[0], owner[1], 0, 0);
  }

  /** Below a wildcard no link is followed, but for the last one (fsutil). */
  private static void expand(
      SourceTree tree, SourceNode folder, List<String> pattern, List<Selected> found)
      throws IOException {
    if (!folder.isDirectory()) {
      return;
    }
    String first = pattern.getFirst();
    List<String> rest = pattern.subList(1, pattern.size());
    for (SourceNode child : tree.list(folder)) {
      if (!Wildcard.matches(first, child.name())) {
        continue;
      }
      if (rest.isEmpty()) {
        found.add(new Selected(followed(tree, child.path()), child.name()));
      } else {
        expand(tree, child, rest, found);
      }
    }
  }

  private static SourceNode followed(SourceTree tree, String path) throws IOException {
    return tree.find(path, true)
        .orElseThrow(() -> new CopyException("\"/" + path + "\": not found"));
  }
}
