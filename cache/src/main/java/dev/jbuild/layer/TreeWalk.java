package dev.jbuild.layer;

import dev.jbuild.layer.TreeItem.Kind;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileName;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lists a layer's folder in the order of its tar. */
final class TreeWalk {
  private static final SortedMap<String, XattrValue> NO_XATTRS =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  private final Dir root;
  private final List<TreeItem> items = new ArrayList<>();
  private final Map<Long, List<Integer>> linked = new HashMap<>();

  private TreeWalk(Dir root) {
    this.root = root;
  }

  static List<TreeItem> of(Dir root) throws IOException {
    TreeWalk walk = new TreeWalk(root);
    List<String> folders = new ArrayList<>();
    folders.add("");
    while (!folders.isEmpty()) {
      walk.list(folders.removeLast(), folders);
    }
    walk.joinHardLinks();
    Collections.sort(walk.items);
    return walk.items;
  }

  private void list(String folder, List<String> folders) throws IOException {
    List<String> names;
    try (Dir dir = root.openDir(folder)) {
      names = dir.names();
    }
    for (String name : names) {
      String path = folder.isEmpty() ? name : folder + "/" + name;
      FileStat stat = root.stat(path);
      if (stat.isDirectory()) {
        folders.add(path);
      }
      add(path, stat);
    }
  }

  private void add(String path, FileStat stat) throws IOException {
    // Whiteouts come first: overlayfs makes them hard links of each other.
    if (stat.isWhiteout()) {
      items.add(TreeItem.whiteout(path));
      return;
    }
    if (stat.isSocket()) {
      // No tar has a type for sockets; every tool leaves them out.
      return;
    }
    if (TreeItem.isReserved(path)) {
      throw new IOException(
          "a layer cannot have a file named "
              + path
              + ": names that begin with .wh. mark removed files in an image");
    }
    boolean opaque = stat.isDirectory() && Overlay.isOpaque(root, path);
    Meta meta = Meta.of(stat).withXattrs(xattrs(root, path));
    if (stat.nlink() > 1 && !stat.isDirectory()) {
      linked.computeIfAbsent(stat.ino(), _ -> new ArrayList<>()).add(items.size());
    }
    items.add(
        switch (stat.type()) {
          case FileStat.DIRECTORY -> TreeItem.directory(path, meta, opaque);
          case FileStat.REGULAR -> TreeItem.file(path, meta, stat.size());
          case FileStat.SYMLINK -> TreeItem.symlink(path, meta, root.readlink(path));
          case FileStat.FIFO -> TreeItem.node(Kind.FIFO, path, meta, 0);
          case FileStat.CHARACTER -> TreeItem.node(Kind.CHARACTER, path, meta, stat.rdev());
          case FileStat.BLOCK -> TreeItem.node(Kind.BLOCK, path, meta, stat.rdev());
          default -> throw new IOException("a file of unknown type: " + path);
        });
  }

  /** Of several names of one file, the first in the tar carries the content. */
  private void joinHardLinks() {
    for (List<Integer> group : linked.values()) {
      if (group.size() == 1) {
        continue;
      }
      group.sort((a, b) -> items.get(a).compareTo(items.get(b)));
      TreeItem first = items.get(group.getFirst());
      for (int index : group.subList(1, group.size())) {
        TreeItem other = items.get(index);
        items.set(index, TreeItem.hardLink(other.path(), first.meta(), first.path()));
      }
    }
  }

  /** The attributes that belong to a file and not to this machine or to overlayfs. */
  static SortedMap<String, XattrValue> xattrs(Dir dir, String path) throws IOException {
    List<String> names = dir.xattrs(path);
    if (names.isEmpty()) {
      return NO_XATTRS;
    }
    SortedMap<String, XattrValue> found = new TreeMap<>();
    for (String name : names) {
      if (Overlay.isElsewhere(name)) {
        throw new IOException(
            "the folder " + dir + " is no complete layer: " + path + " has the attribute " + name);
      }
      if (travels(name)) {
        dir.xattr(path, name).ifPresent(value -> found.put(name, XattrValue.of(value)));
      }
    }
    return found;
  }

  /** Labels and signatures of the machine's own security modules stay behind. */
  static boolean travels(String attribute) {
    return !Overlay.isOverlayAttribute(attribute)
        && (attribute.equals("security.capability") || !attribute.startsWith("security."))
        && !attribute.equals("system.nfs4_acl")
        && FileName.isUtf8(attribute)
        && attribute.indexOf('=') < 0;
  }
}
