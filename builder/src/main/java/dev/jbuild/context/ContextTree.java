package dev.jbuild.context;

import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.runtime.Scan;
import dev.jbuild.runtime.ScanEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of this machine as build context: scanned once, without what the ignore rules leave out.
 * Everything in it belongs to root, as in Docker, where the client's owners mean nothing.
 */
public final class ContextTree implements SourceTree {
  private final Map<String, SourceNode> nodes;
  private final Map<String, List<SourceNode>> children;

  private ContextTree(Map<String, SourceNode> nodes, Map<String, List<SourceNode>> children) {
    this.nodes = nodes;
    this.children = children;
  }

  /** Scans a folder. */
  public static ContextTree scan(Path shim, Path folder, IgnoreRules rules) throws IOException {
    Map<String, SourceNode> nodes = new LinkedHashMap<>();
    List<SourceNode> kept = new ArrayList<>();
    for (ScanEntry entry : Scan.scan(shim, folder)) {
      if (!entry.path().isEmpty() && !rules.ignores(entry.path())) {
        kept.add(node(folder, entry));
      }
    }
    nodes.put("", root(folder));
    for (SourceNode node : kept) {
      // a re-included file lies in folders that are themselves ignored
      addParents(nodes, folder, node.path());
      nodes.put(node.path(), node);
    }
    Map<String, List<SourceNode>> children = new HashMap<>();
    for (SourceNode node : nodes.values()) {
      if (!node.path().isEmpty()) {
        children.computeIfAbsent(parent(node.path()), _ -> new ArrayList<>()).add(node);
      }
    }
    children.values().forEach(list -> list.sort((a, b) -> a.name().compareTo(b.name())));
    return new ContextTree(nodes, children);
  }

  @Override
  public Optional<SourceNode> lookup(String path) {
    return Optional.ofNullable(nodes.get(path));
  }

  @Override
  public List<SourceNode> list(SourceNode directory) {
    return Collections.unmodifiableList(children.getOrDefault(directory.path(), List.of()));
  }

  /** The nodes by where their bytes are. */
  public Map<String, SourceNode> byHostPath() {
    Map<String, SourceNode> byPath = new HashMap<>();
    nodes.values().forEach(node -> byPath.put(node.host().toString(), node));
    return byPath;
  }

  private static void addParents(Map<String, SourceNode> nodes, Path folder, String path) {
    String parent = parent(path);
    if (!nodes.containsKey(parent)) {
      addParents(nodes, folder, parent);
      nodes.put(
          parent,
          new SourceNode(
              parent,
              folder.resolve(parent),
              0040755,
              0,
              0,
              0,
              0,
              0,
              new SourceNode.Identity(0, 0, 0, 0),
              ""));
    }
  }

  private static SourceNode root(Path folder) {
    return new SourceNode(
        "", folder, 0040755, 0, 0, 0, 0, 0, new SourceNode.Identity(0, 0, 0, 0), "");
  }

  private static SourceNode node(Path folder, ScanEntry e) {
    return new SourceNode(
        e.path(),
        folder.resolve(e.path()),
        e.mode(),
        0,
        0,
        e.size(),
        e.mtimeSec(),
        e.mtimeNanos(),
        new SourceNode.Identity(
            e.dev(), e.ino(), e.ctimeSec() * 1_000_000_000L + e.ctimeNanos(), e.rdev()),
        e.linkTarget());
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }
}
