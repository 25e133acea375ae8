package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The items that a list of planned entries gives: in the order of the tar, with the folders that
 * nobody planned, and with hard links pointing to the first of their names, as a walk over the
 * finished folder would find them.
 */
final class Plan {
  private final Map<String, PlannedEntry> byPath = new HashMap<>();
  private final Map<String, TreeItem> items = new HashMap<>();
  private final Map<String, PlannedEntry> sources = new HashMap<>();
  private final Map<String, String> leaders = new HashMap<>();

  private Plan() {}

  static Plan of(List<PlannedEntry> entries) throws IOException {
    Plan plan = new Plan();
    for (PlannedEntry entry : entries) {
      check(entry.path());
      if (plan.byPath.put(entry.path(), entry) != null) {
        throw new IllegalArgumentException("planned twice: " + entry.path());
      }
    }
    for (PlannedEntry entry : entries) {
      plan.addParents(entry.path());
      if (!(entry instanceof PlannedEntry.HardLink)) {
        plan.add(entry.path(), entry);
      }
    }
    plan.addHardLinks(entries);
    return plan;
  }

  private static void check(String path) throws IOException {
    int begin = 0;
    while (begin <= path.length()) {
      int slash = path.indexOf('/', begin);
      int end = slash < 0 ? path.length() : slash;
      int length = end - begin;
      boolean dots = path.startsWith("..", end - 2) && length == 2;
      if (length == 0 || length == 1 && path.charAt(begin) == '.' || dots) {
        throw new IllegalArgumentException("not a path within a layer: " + path);
      }
      begin = end + 1;
    }
    if (TreeItem.isReserved(path)) {
      throw new IOException(
          "cannot put "
              + path
              + " into an image: names that begin with .wh. mark removed files there");
    }
  }

  private void addParents(String path) {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String parent = path.substring(0, slash);
      if (!byPath.containsKey(parent)) {
        items.putIfAbsent(parent, TreeItem.directory(parent, Meta.implied(), false));
      } else if (!(byPath.get(parent) instanceof PlannedEntry.Directory)) {
        throw new IllegalArgumentException(parent + " is planned as no folder, and " + path);
      }
    }
  }

  private TreeItem add(String path, PlannedEntry entry) {
    TreeItem item = item(path, entry);
    items.put(path, item);
    sources.put(path, entry);
    return item;
  }

  private static TreeItem item(String path, PlannedEntry entry) {
    Meta meta = entry.meta();
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (entry instanceof PlannedEntry.File file) {
      return TreeItem.file(path, meta, file.size());
    } else if (entry instanceof PlannedEntry.Directory) {
      return TreeItem.directory(path, meta, false);
    } else if (entry instanceof PlannedEntry.Bytes bytes) {
      return TreeItem.file(path, meta, bytes.content().length);
    } else if (entry instanceof PlannedEntry.Link link) {
      return TreeItem.symlink(path, meta, link.target());
    } else if (entry instanceof PlannedEntry.Node node) {
      return node(path, node);
    } else if (entry instanceof PlannedEntry.HardLink link) {
      return TreeItem.hardLink(path, meta, link.to());
    }
    throw new AssertionError(entry);
  }

  private static TreeItem node(String path, PlannedEntry.Node node) {
    return switch (node.type()) {
      case FileStat.FIFO -> TreeItem.node(Kind.FIFO, path, node.meta(), 0);
      case FileStat.BLOCK -> TreeItem.node(Kind.BLOCK, path, node.meta(), node.rdev());
      case FileStat.CHARACTER ->
          node.rdev() == 0
              ? TreeItem.whiteout(path)
              : TreeItem.node(Kind.CHARACTER, path, node.meta(), node.rdev());
      default -> throw new IllegalArgumentException("no type of a node: " + node.type());
    };
  }

  private void addHardLinks(List<PlannedEntry> entries) {
    Map<String, List<String>> groups = new TreeMap<>();
    for (PlannedEntry entry : entries) {
      if (entry instanceof PlannedEntry.HardLink link) {
        groups.computeIfAbsent(owner(link), _ -> new ArrayList<>()).add(link.path());
      }
    }
    groups.forEach(this::addGroup);
  }

  /** The entry that has the content, behind hard links to hard links. */
  private String owner(PlannedEntry.HardLink link) {
    String to = link.to();
    for (int i = 0; i < byPath.size(); i++) {
      PlannedEntry target = byPath.get(to);
      if (target instanceof PlannedEntry.HardLink next) {
        to = next.to();
      } else if (target == null || target instanceof PlannedEntry.Directory) {
        break;
      } else {
        return to;
      }
    }
    throw new IllegalArgumentException(
        "the hard link " + link.path() + " names no planned file: " + link.to());
  }

  private void addGroup(String owner, List<String> others) {
    PlannedEntry entry = sources.get(owner);
    if (entry == null) {
      throw new IllegalArgumentException("no planned file: " + owner);
    }
    List<TreeItem> names = new ArrayList<>();
    for (String path : others) {
      names.add(TreeItem.hardLink(path, entry.meta(), ""));
    }
    names.add(TreeItem.hardLink(owner, entry.meta(), ""));
    Collections.sort(names);
    String leader = names.getFirst().path();
    sources.remove(owner);
    Meta meta = add(leader, entry).meta();
    for (TreeItem name : names.subList(1, names.size())) {
      items.put(name.path(), TreeItem.hardLink(name.path(), meta, leader));
      leaders.put(name.path(), leader);
    }
  }

  /** All items in the order of the tar. */
  List<TreeItem> items() {
    List<TreeItem> sorted = new ArrayList<>(items.values());
    Collections.sort(sorted);
    return sorted;
  }

  /** What an item with content is made from. */
  PlannedEntry source(TreeItem item) {
    PlannedEntry source = sources.get(item.path());
    if (source == null) {
      throw new IllegalArgumentException("nothing planned for " + item.path());
    }
    return source;
  }

  /** The path under which the content of a planned file is found. */
  String contentPath(String path) {
    return leaders.getOrDefault(path, path);
  }
}
