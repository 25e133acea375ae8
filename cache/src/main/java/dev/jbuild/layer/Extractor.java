package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.session.UserSession;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Extracts archives that may be hostile into a folder that nobody else uses yet.
 *
 * <p>Every entry is made anew in a folder that was opened below the root, under a name of one
 * component: nothing is ever written through a link or into an existing file. The last entry of a
 * name wins. Attributes of folders are set when everything is in them.
 */
final class Extractor implements AutoCloseable {
  private final Path folder;
  private final Dir root;
  private final ExtractionRoot place;
  private final boolean isLayer;
  private final int @Nullable [] owner;
  private final Attributes attributes;
  private final TreeMap<String, Meta> folders = new TreeMap<>();
  private final byte[] buffer = new byte[1 << 16];
  private String parentPath = "";
  private @Nullable Dir parent;
  private int files;
  private long bytes;

  private Extractor(
      Path folder, @Nullable LowerView below, String destination, int @Nullable [] owner)
      throws IOException {
    this.folder = folder;
    this.owner = owner;
    attributes = new Attributes();
    root = Dir.open(folder);
    isLayer = below == null;
    if (below == null) {
      place = new LayerRoot(root, folders);
    } else {
      LowerView merged = below.below(new Layer(new LayerId("0"), folder));
      place = new MergedRoot(root, folders, below, merged, below.resolve(destination));
      parent("");
    }
  }

  /** Extracts a layer, whose {@code .wh.} names remove files of the layers below. */
  static Extractor ofLayer(Path folder) throws IOException {
    return new Extractor(folder, null, "", null);
  }

  /** Extracts files into a folder of a stack of layers. */
  static Extractor into(Path folder, LowerView below, String destination, Optional<int[]> owner)
      throws IOException {
    return new Extractor(folder, below, destination, owner.orElse(null));
  }

  int files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  void extract(TarReader tar) throws IOException {
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      String path = clean(entry.name(), isLayer);
      if (path.isEmpty()) {
        addRoot(entry);
      } else if (TreeItem.isReserved(path)) {
        remove(path, entry);
      } else {
        add(path, owned(entry), tar);
      }
    }
    // Deepest first: a folder may close itself to its owner.
    for (Map.Entry<String, Meta> made : folders.descendingMap().entrySet()) {
      finish(made.getKey(), made.getValue());
    }
  }

  private void finish(String path, Meta meta) throws IOException {
    int slash = path.lastIndexOf('/');
    try (Dir dir = root.openInRoot(path.substring(0, Math.max(slash, 0)))) {
      String name = path.substring(slash + 1);
      Optional<FileStat> stat = dir.statIfPresent(name);
      if (stat.isPresent() && stat.get().isDirectory()) {
        attributes.apply(dir, name, meta, false);
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      // Reached through a link that a later entry replaced: the folder is not there any more.
    }
  }

  /**
   * An entry's name as a path below the root. Absolute names start at the root.
   *
   * @param strict names that climb out of the root are refused, as in a layer; else they end at the
   *     root, as for a program that is confined to it
   */
  static String clean(String name, boolean strict) throws ArchiveException {
    StringBuilder path = new StringBuilder();
    for (String component : name.split("/", -1)) {
      if (component.isEmpty() || component.equals(".")) {
        continue;
      }
      if (!component.equals("..")) {
        path.append(path.isEmpty() ? "" : "/").append(component);
      } else if (path.isEmpty() && strict) {
        throw new ArchiveException("the archive names a file outside of its root: " + name);
      } else {
        path.setLength(Math.max(path.lastIndexOf("/"), 0));
      }
    }
    return path.toString();
  }

  private void addRoot(TarEntry entry) throws ArchiveException {
    if (isLayer && entry.type() != TarEntry.DIRECTORY) {
      throw new ArchiveException("the archive has a file in place of its root");
    }
    // other archives may name anything there: it has no name to be made under
    if (isLayer) {
      folders.put("", checked(entry).meta());
    }
  }

  private TarEntry owned(TarEntry entry) throws ArchiveException {
    TarEntry checked = checked(entry);
    if (owner == null) {
      return checked;
    }
    return withMeta(checked, checked.meta().withOwner(owner[0], owner[1]));
  }

  private static TarEntry withMeta(TarEntry entry, Meta meta) {
    return new TarEntry(
        entry.name(),
        entry.type(),
        meta,
        entry.size(),
        entry.link(),
        entry.device(),
        entry.holes());
  }

  /** Refuses what would speak to overlayfs, and drops the labels of another machine. */
  private static TarEntry checked(TarEntry entry) throws ArchiveException {
    if (entry.type() == TarEntry.CHARACTER && entry.device() == 0) {
      throw new ArchiveException("the archive has a device 0:0, overlayfs's mark: " + entry.name());
    }
    SortedMap<String, XattrValue> kept = new TreeMap<>();
    for (Map.Entry<String, XattrValue> xattr : entry.meta().xattrs().entrySet()) {
      if (Overlay.isOverlayAttribute(xattr.getKey())) {
        throw new ArchiveException(
            "the archive sets the attribute %s of %s, which only overlayfs may"
                .formatted(xattr.getKey(), entry.name()));
      }
      if (TreeWalk.travels(xattr.getKey())) {
        kept.put(xattr.getKey(), xattr.getValue());
      }
    }
    return kept.size() == entry.meta().xattrs().size()
        ? entry
        : withMeta(entry, entry.meta().withXattrs(kept));
  }

  private Dir parent(String path) throws IOException {
    Dir open = parent;
    if (open != null && parentPath.equals(path)) {
      return open;
    }
    forgetParent();
    Dir opened = place.open(path);
    parent = opened;
    parentPath = path;
    return opened;
  }

  private void forgetParent() {
    if (parent != null) {
      parent.close();
      parent = null;
    }
  }

  private void add(String path, TarEntry entry, TarReader tar) throws IOException {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    Dir dir = parent(path.substring(0, Math.max(slash, 0)));
    files++;
    if (entry.type() == TarEntry.HARD_LINK) {
      link(dir, name, path, entry);
      return;
    }
    if (entry.type() == TarEntry.FILE) {
      writeFile(dir, path, entry, tar);
      return;
    }
    Optional<FileStat> old = dir.statIfPresent(name);
    boolean folderStays =
        entry.type() == TarEntry.DIRECTORY && old.isPresent() && old.get().isDirectory();
    if (old.isPresent() && !folderStays) {
      dir = clear(dir, path, old.get());
    }
    switch (entry.type()) {
      case TarEntry.SYMLINK -> symlink(dir, name, entry);
      case TarEntry.CHARACTER -> node(dir, name, entry, FileStat.CHARACTER);
      case TarEntry.BLOCK -> node(dir, name, entry, FileStat.BLOCK);
      case TarEntry.FIFO -> node(dir, name, entry, FileStat.FIFO);
      default -> {
        String landing = place.landing(path);
        if (!folderStays) {
          dir.mkdir(name, 0700);
          // In place of something that hid a folder below: that folder must stay hidden.
          boolean wasWhiteout = old.isPresent() && old.get().isWhiteout();
          if (wasWhiteout || old.isPresent() && place.hidesFolder(landing)) {
            Overlay.setOpaque(dir, name);
          }
        }
        folders.put(landing, entry.meta());
      }
    }
  }

  /** Removes what has the name already; returns the folder, opened again if that may have moved. */
  private Dir clear(Dir dir, String path, FileStat old) throws IOException {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    if (!old.isDirectory()) {
      dir.unlink(name);
    } else {
      String landing = place.landing(path);
      folders.remove(landing);
      folders.subMap(landing + "/", landing + "0").clear();
      // Moved out of the tree by its descriptor first: the path may lead through links.
      try (Dir top = Dir.open(folder.resolveSibling("work"))) {
        dir.rename(name, top, "replaced");
      }
      Linux.deleteTree(folder.resolveSibling("work").resolve("replaced"));
    }
    forgetParent();
    return parent(path.substring(0, Math.max(slash, 0)));
  }

  private void writeFile(Dir dir, String path, TarEntry entry, TarReader tar) throws IOException {
    try (OpenFile file = create(dir, path, entry.meta())) {
      if (entry.holes().isSparse()) {
        writeParts(file, entry.holes(), tar);
        bytes += entry.holes().size();
      } else {
        for (int count = tar.read(buffer, 0, buffer.length);
            count >= 0;
            count = tar.read(buffer, 0, buffer.length)) {
          file.write(buffer, 0, count);
        }
        bytes += entry.size();
      }
      attributes.applyWhereSupported(file, entry.meta());
    }
  }

  /** Most names are new: looking first would cost as much as making the file. */
  private OpenFile create(Dir dir, String path, Meta meta) throws IOException {
    String name = path.substring(path.lastIndexOf('/') + 1);
    try {
      return attributes.create(dir, name, meta);
    } catch (FileAlreadyExistsException _) {
      return attributes.create(clear(dir, path, dir.stat(name)), name, meta);
    }
  }

  private void writeParts(OpenFile file, SparseMap map, TarReader tar) throws IOException {
    for (SparseMap.Part part : map.parts()) {
      long done = 0;
      while (done < part.length()) {
        int wanted = (int) Math.min(buffer.length, part.length() - done);
        int count = tar.read(buffer, 0, wanted);
        if (count < 0) {
          throw new ArchiveException("the archive lies about the size of a sparse file");
        }
        file.writeAt(part.offset() + done, buffer, 0, count);
        done += count;
      }
    }
    file.truncate(map.size());
  }

  private void symlink(Dir dir, String name, TarEntry entry) throws IOException {
    if (entry.link().isEmpty()) {
      throw new ArchiveException("the archive has a link to nothing: " + entry.name());
    }
    dir.symlink(entry.link(), name);
    attributes.apply(dir, name, entry.meta(), true);
  }

  private void node(Dir dir, String name, TarEntry entry, int type) throws IOException {
    try {
      dir.mknod(name, type | 0600, entry.device());
    } catch (AccessDeniedException e) {
      // A layer's devices would not work in a user's sandbox either: its /dev has those that do.
      if (isLayer && System.getenv(UserSession.VARIABLE) != null) {
        return;
      }
      throw e;
    }
    attributes.apply(dir, name, entry.meta(), false);
  }

  private void link(Dir dir, String name, String path, TarEntry entry) throws IOException {
    String target = clean(entry.link(), isLayer);
    int slash = target.lastIndexOf('/');
    String targetName = target.substring(slash + 1);
    try (Dir from = place.openExisting(target.substring(0, Math.max(slash, 0)))) {
      Optional<FileStat> stat = from.statIfPresent(targetName);
      if (target.isEmpty() || stat.isEmpty() || stat.get().isWhiteout()) {
        throw new NoSuchFileException(target);
      }
      if (stat.get().isDirectory()) {
        throw new ArchiveException("the archive links a folder: " + path);
      }
      Optional<FileStat> old = dir.statIfPresent(name);
      if (old.isPresent() && old.get().ino() == stat.get().ino()) {
        return;
      }
      Dir fresh = old.isPresent() ? clear(dir, path, old.get()) : dir;
      fresh.link(from, targetName, name);
      if (!isLayer) {
        reown(fresh, name, owned(entry).meta(), stat.get());
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      throw new ArchiveException(
          "the archive links %s to %s, which it does not have".formatted(path, entry.link()));
    }
  }

  /** What the last name of a file says of its owner and permissions is true of the file. */
  private static void reown(Dir dir, String name, Meta meta, FileStat stat) throws IOException {
    if (stat.uid() != meta.uid() || stat.gid() != meta.gid()) {
      dir.chown(name, meta.uid(), meta.gid());
    }
    if (!stat.isSymlink()) {
      dir.chmod(name, meta.mode());
    }
  }

  /** image-spec, layer.md, Whiteouts. */
  private void remove(String path, TarEntry entry) throws IOException {
    if (!isLayer) {
      throw new ArchiveException(
          "cannot extract "
              + path
              + " into an image: names that begin with .wh. mark removed files there");
    }
    int slash = path.lastIndexOf('/');
    String folderPath = path.substring(0, Math.max(slash, 0));
    String mark = path.substring(slash + 1);
    if (mark.equals(TreeItem.OPAQUE_MARK)) {
      // Below the root of the stack is nothing that could be hidden without hiding it by name.
      if (!folderPath.isEmpty()) {
        Overlay.setOpaque(parent(folderPath), "");
      }
      return;
    }
    if (mark.startsWith(TreeItem.WHITEOUT_PREFIX + TreeItem.WHITEOUT_PREFIX)) {
      // AUFS kept its own files under such names; old images still have them.
      return;
    }
    String name = mark.substring(TreeItem.WHITEOUT_PREFIX.length());
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new ArchiveException("the archive removes an impossible name: " + entry.name());
    }
    whiteout(parent(folderPath), name);
  }

  /** Hides what lies below; what this layer has itself under that name stays. */
  private void whiteout(Dir dir, String name) throws IOException {
    Optional<FileStat> own = dir.statIfPresent(name);
    if (own.isEmpty()) {
      dir.mknod(name, FileStat.CHARACTER, 0);
      files++;
    } else if (own.get().isDirectory()) {
      Overlay.setOpaque(dir, name);
    }
  }

  @Override
  public void close() {
    forgetParent();
    root.close();
  }
}
