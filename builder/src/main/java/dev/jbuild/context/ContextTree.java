package dev.jbuild.context;

import dev.jbuild.oci.Digest;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.runtime.Scan;
import dev.jbuild.runtime.ScanEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of this machine as build context: scanned once, without what the ignore rules leave out.
 * Everything in it belongs to root, as in Docker, where the client's owners mean nothing.
 */
public final class ContextTree implements SourceTree {
  private static final long RACY_MILLIS = 2_000;

  private final Scanned scanned;
  private final Map<String, SourceNode> nodes;
  private final Map<String, List<SourceNode>> children;
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final Set<String> listed = ConcurrentHashMap.newKeySet();
  private final Map<String, Digest> read = new ConcurrentHashMap<>();

  private ContextTree(
      Scanned scanned, Map<String, SourceNode> nodes, Map<String, List<SourceNode>> children) {
    this.scanned = scanned;
    this.nodes = nodes;
    this.children = children;
  }

  /** What the scan saw, and when it began. */
  private record Scanned(
      Path folder, long millis, List<ScanEntry> entries, Set<String> ignored, boolean prune) {}

  /** Scans a folder. */
  public static ContextTree scan(Path shim, Path folder, IgnoreRules rules) throws IOException {
    Map<String, SourceNode> nodes = new LinkedHashMap<>();
    List<SourceNode> kept = new ArrayList<>();
    Set<String> ignored = new HashSet<>();
    Map<String, SourceNode> scannedFolders = new HashMap<>();
    long now = System.currentTimeMillis();
    List<ScanEntry> entries = Scan.scan(shim, folder);
    for (ScanEntry entry : entries) {
      if (rules.ignores(entry.path())) {
        ignored.add(entry.path());
        if (entry.isDirectory() && rules.hasReinclude()) {
          scannedFolders.put(entry.path(), node(folder, entry));
        }
      } else {
        kept.add(node(folder, entry));
      }
    }
    nodes.put("", root(folder));
    for (SourceNode node : kept) {
      // a re-included file lies in folders that are themselves ignored
      addParents(nodes, scannedFolders, folder, node.path());
      nodes.put(node.path(), node);
    }
    Map<String, List<SourceNode>> children = new HashMap<>();
    for (SourceNode node : nodes.values()) {
      if (!node.path().isEmpty()) {
        children.computeIfAbsent(parent(node.path()), _ -> new ArrayList<>()).add(node);
      }
    }
    children.values().forEach(list -> list.sort((a, b) -> a.name().compareTo(b.name())));
    Scanned scanned = new Scanned(folder, now, entries, ignored, !rules.hasReinclude());
    return new ContextTree(scanned, nodes, children);
  }

  /** The folder that was scanned. */
  public Path folder() {
    return scanned.folder();
  }

  /**
   * What {@link ContextList#isSame} compares later; absent when a file is too young: it could
   * change once more without a trace.
   */
  public Optional<byte[]> list() {
    for (ScanEntry entry : scanned.entries()) {
      long changed = entry.ctimeSec() * 1000 + entry.ctimeNanos() / 1_000_000;
      boolean counts = !entry.isDirectory() && !scanned.ignored().contains(entry.path());
      if (counts && scanned.millis() - changed < RACY_MILLIS) {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(listOfAnyAge());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  byte[] listOfAnyAge() {
    return ContextList.print(scanned.entries(), scanned.ignored(), scanned.prune());
  }

  @Override
  public Optional<SourceNode> lookup(String path) {
    asked.add(path);
    return Optional.ofNullable(nodes.get(path));
  }

  @Override
  public List<SourceNode> list(SourceNode directory) {
    listed.add(directory.path());
    return Collections.unmodifiableList(children.getOrDefault(directory.path(), List.of()));
  }

  /** The content of a file, wherever it is, has a say in the build. */
  public void read(Path file, Digest content) {
    read.put(file.toString(), content);
  }

  /** What of the folder had a say in the build; absent when that is too much to say. */
  public Optional<List<List<String>>> uses() {
    return new ContextUses(scanned.folder(), scanned.millis(), nodes, read)
        .of(scanned.entries(), asked, listed);
  }

  /** The nodes by where their bytes are. */
  public Map<String, SourceNode> byHostPath() {
    Map<String, SourceNode> byPath = new HashMap<>();
    nodes.values().forEach(node -> byPath.put(node.host().toString(), node));
    return byPath;
  }

  private static void addParents(
      Map<String, SourceNode> nodes, Map<String, SourceNode> ignored, Path folder, String path) {
    String parent = parent(path);
    if (!nodes.containsKey(parent)) {
      addParents(nodes, ignored, folder, parent);
      SourceNode found = ignored.get(parent);
      nodes.put(parent, found != null ? found : folder(parent, folder.resolve(parent)));
    }
  }

  private static SourceNode root(Path folder) {
    return folder("", folder);
  }

  private static SourceNode folder(String path, Path host) {
    return new SourceNode(
        path, host, 0040755, 0, 0, 0, 0, 0, new SourceNode.Identity(0, 0, 0, 0), "");
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
