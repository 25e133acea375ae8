package dev.jbuild.context;

import dev.jbuild.oci.Digest;
import dev.jbuild.runtime.ScanEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a build looked at in a folder, for somebody who wants to see later whether all of that is as
 * it was: a line each, its kind first.
 *
 * <pre>
 * names FOLDER NAME...             all that is in a folder, ignored or not
 * dir FOLDER MODE
 * used FILE MODE STAT DIGEST       size.mtime.ctime.ino.dev, empty when it is too young for them
 * link LINK TARGET
 * any FILE MODE                    its content has no say
 * none FILE                        there is no such thing
 * </pre>
 */
final class ContextUses {
  private static final int MANY = 2000;
  private static final long SECOND = 1_000_000_000;

  private final Path folder;
  private final long nanos;
  private final Map<String, SourceNode> nodes;
  private final Map<String, Digest> read;

  /**
   * The uses of a tree.
   *
   * @param millis when it was scanned
   * @param nodes what there is in it
   * @param read the contents that have a say, by where they are
   */
  ContextUses(Path folder, long millis, Map<String, SourceNode> nodes, Map<String, Digest> read) {
    this.folder = folder;
    this.nanos = millis * 1_000_000;
    this.nodes = nodes;
    this.read = read;
  }

  /**
   * The lines.
   *
   * @param entries all that was scanned
   * @param asked paths that were asked for, whether they are there or not
   * @param listed folders whose contents were asked for
   */
  Optional<List<List<String>>> of(List<ScanEntry> entries, Set<String> asked, Set<String> listed) {
    Set<String> shown = new TreeSet<>(asked);
    Set<String> there = new HashSet<>();
    Map<String, List<String>> names = new TreeMap<>();
    listed.forEach(each -> names.put(each, new ArrayList<>(List.of("names", at(each)))));
    for (ScanEntry entry : entries) {
      String path = entry.path();
      int slash = path.lastIndexOf('/');
      List<String> siblings = names.get(slash < 0 ? "" : path.substring(0, slash));
      if (siblings != null) {
        siblings.add(path.substring(slash + 1));
        shown.add(path);
      }
      there.add(path);
    }
    shown.remove("");
    if (shown.size() > MANY || !shown.stream().allMatch(ContextUses::canBeSaid)) {
      return Optional.empty();
    }
    List<List<String>> lines = new ArrayList<>(names.values());
    for (String path : shown) {
      SourceNode node = nodes.get(path);
      if (node != null) {
        lines.add(line(node));
      } else if (!there.contains(path)) {
        lines.add(List.of("none", at(path)));
      } // else it is ignored, whatever becomes of it
    }
    return Optional.of(lines);
  }

  private String at(String path) {
    return path.isEmpty() ? folder.toString() : folder + "/" + path;
  }

  private static boolean canBeSaid(String path) {
    return new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(path);
  }

  private List<String> line(SourceNode node) {
    String path = at(node.path());
    String mode = Integer.toOctalString(node.mode());
    if (node.isDirectory()) {
      return List.of("dir", path, mode);
    }
    if (node.isSymlink()) {
      return List.of("link", path, node.linkTarget());
    }
    Digest content = read.get(node.host().toString());
    return node.isRegular() && content != null
        ? List.of("used", path, mode, stat(node), content.hex())
        : List.of("any", path, mode);
  }

  /** Nothing for a file that may have changed once more within the same tick of the clock. */
  private String stat(SourceNode node) {
    long changed = node.identity().ctimeNanos();
    // A file system that counts in seconds, or an older kernel in its own ticks.
    long tick = changed % SECOND == 0 ? 2 * SECOND : SECOND / 50;
    return changed + tick > nanos
        ? ""
        : node.size()
            + "."
            + (node.mtimeSec() * SECOND + node.mtimeNanos())
            + "."
            + changed
            + "."
            + node.identity().ino()
            + "."
            + node.identity().dev();
  }
}
