package dev.jbuild.fetch;

import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A tree with a single file in it, readable by root alone, as ADD has it. */
public final class FileTree implements SourceTree {
  private static final SourceNode.Identity NONE = new SourceNode.Identity(0, 0, 0, 0);

  private final SourceNode root;
  private final SourceNode file;

  /**
   * @param modified the beginning of 1970 where nothing is known
   */
  public FileTree(String name, Path host, long size, Optional<Instant> modified) {
    Instant time = modified.orElse(Instant.EPOCH);
    this.root = new SourceNode("", host, 0040755, 0, 0, 0, 0, 0, NONE, "");
    this.file = new SourceNode(name, host, 0100600, 0, 0, size, time.getEpochSecond(), 0, NONE, "");
  }

  /** A word that means the file, whatever characters its name has. */
  public String word() {
    StringBuilder word = new StringBuilder();
    for (char c : file.path().toCharArray()) {
      word.append("*?[\\".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c));
    }
    return word.toString();
  }

  @Override
  public Optional<SourceNode> lookup(String path) {
    return path.isEmpty()
        ? Optional.of(root)
        : path.equals(file.path()) ? Optional.of(file) : Optional.empty();
  }

  @Override
  public List<SourceNode> list(SourceNode directory) {
    return directory.path().isEmpty() ? List.of(file) : List.of();
  }
}
