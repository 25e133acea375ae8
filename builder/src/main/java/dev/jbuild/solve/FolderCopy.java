package dev.jbuild.solve;

import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.copy.CopyPlanner;
import dev.jbuild.copy.CopySpec;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.Digest;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A part of a folder as an image would have it: without what is ignored, and owned by root. A
 * folder gives its contents, anything else stands under its own name.
 */
final class FolderCopy {
  private static final String PATTERN = "*?[\\";

  private final List<PlannedEntry> entries;
  private final String name;

  private FolderCopy(List<PlannedEntry> entries, String name) {
    this.entries = entries;
    this.name = name;
  }

  /** Plans the copy, and reads what its digest needs. */
  static FolderCopy plan(Contents contents, SourceTree tree, SourceNode node) throws IOException {
    CopyPlanner planner = new CopyPlanner(new LayerStack(List.of()));
    boolean plain = node.path().chars().noneMatch(c -> PATTERN.indexOf(c) >= 0);
    String word = plain ? node.path() : "file";
    planner.add(
        new CopySpec(
            plain ? tree : new Exact(tree, node),
            List.of(word),
            "/",
            Optional.empty(),
            Optional.empty(),
            List.of(),
            false,
            false));
    return new FolderCopy(
        contents.of(planner.entries(), List.of(tree)), word.substring(word.lastIndexOf('/') + 1));
  }

  /** What a file is called in the copy. */
  String name() {
    return name;
  }

  /** The digest of everything but times. */
  Digest digest() {
    StringBuilder text = new StringBuilder();
    for (PlannedEntry entry : entries) {
      text.append(entry.path()).append('\0').append(Contents.describe(entry)).append('\n');
    }
    return Digest.sha256(text.toString());
  }

  /** Writes the files. */
  void write(Kitchen kitchen, Draft draft) throws IOException {
    kitchen.layers().write(draft, entries, Optional.empty(), _ -> {});
  }

  /** A tree in which the word of a spec means one node, whatever characters its path has. */
  private record Exact(SourceTree tree, SourceNode node) implements SourceTree {
    @Override
    public Optional<SourceNode> lookup(String path) throws IOException {
      return tree.lookup(path);
    }

    @Override
    public List<SourceNode> list(SourceNode directory) throws IOException {
      return tree.list(directory);
    }

    @Override
    public Optional<SourceNode> find(String path, boolean followLast) {
      return Optional.of(node);
    }
  }
}
