package dev.jbuild.solve;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Overlay;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Layers made anew from others: one of several for {@code --squash}, or with times that are not
 * later than {@code SOURCE_DATE_EPOCH} for {@code rewrite-timestamp}. Folders are merged, files
 * that stay the same are linked; what the base does not have needs no whiteout.
 */
final class Squash {
  private final LayerStack base;
  private final Path target;
  private final long latest;

  /** Copies of files with several names, by the inode that they were. */
  private final Map<Long, Path> copies = new HashMap<>();

  /**
   * @param latest no file is younger, in seconds of 1970
   */
  private Squash(LayerStack base, Path target, long latest) {
    this.base = base;
    this.target = target;
    this.latest = latest;
  }

  /** The state with all times of its own layers clamped. */
  static StageState clamp(StageState state, Kitchen kitchen, long latest) throws IOException {
    StageState clamped = state.child();
    for (int i = state.inherited; i < state.layers.size(); i++) {
      try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
        new Squash(new LayerStack(state.layers.subList(0, i)), draft.fs(), latest)
            .merge(state.layers.get(i).fs(), "");
        Layer layer = draft.commit();
        kitchen.lease().pin(layer.id().value());
        clamped.layers.set(i, layer);
      }
    }
    return clamped;
  }

  /** The state with one layer in place of those above the base; nothing changes below two. */
  static StageState of(StageState state, Kitchen kitchen) throws IOException {
    List<Layer> below = List.copyOf(state.layers.subList(0, state.inherited));
    List<Layer> own = List.copyOf(state.layers.subList(state.inherited, state.layers.size()));
    if (own.size() < 2) {
      return state;
    }
    StageState squashed = state.child();
    try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
      Squash squash = new Squash(new LayerStack(below), draft.fs(), Long.MAX_VALUE);
      for (Layer layer : own) {
        squash.merge(layer.fs(), "");
      }
      Layer one = draft.commit();
      kitchen.lease().pin(one.id().value());
      squashed.layers.clear();
      squashed.layers.addAll(below);
      squashed.layers.add(one);
    }
    squashed.config = history(state.config, state.inheritedHistory);
    return squashed;
  }

  private static ImageConfig history(ImageConfig config, int inherited) {
    List<HistoryEntry> entries = new ArrayList<>();
    for (HistoryEntry entry : config.history()) {
      entries.add(
          entries.size() < inherited
              ? entry
              : new HistoryEntry(
                  entry.created(), entry.createdBy(), entry.author(), entry.comment(), true));
    }
    entries.add(new HistoryEntry(config.created(), "", Optional.empty(), "squashed", false));
    return new ImageConfig(
        config.created(),
        config.author(),
        config.platform(),
        config.config(),
        config.diffIds(),
        entries);
  }

  /** Puts a folder of a layer over what is there by now; the folder itself exists on both sides. */
  private void merge(Path from, String path) throws IOException {
    dress(from, target.resolve(path));
    List<String> names;
    try (Dir dir = Dir.open(from)) {
      names = dir.names();
    }
    for (String name : names) {
      String child = path.isEmpty() ? name : path + "/" + name;
      Path source = from.resolve(name);
      Path place = target.resolve(child);
      FileStat stat = Linux.lstat(source);
      Optional<FileStat> there = Linux.lstatIfPresent(place);
      if (stat.isWhiteout()) {
        Linux.deleteTree(place);
        if (base.findNoFollow("/" + child).isPresent()) {
          Linux.mknod(place, stat.mode(), 0);
        }
      } else if (!stat.isDirectory()) {
        Linux.deleteTree(place);
        put(source, stat, place);
      } else {
        folder(source, child, place, there);
      }
    }
    FileStat stat = Linux.lstat(from);
    setTime(stat, target.resolve(path));
  }

  private void setTime(FileStat stat, Path path) throws IOException {
    if (stat.mtimeSec() >= latest) {
      Linux.lutimens(path, latest, 0);
    } else {
      Linux.lutimens(path, stat.mtimeSec(), stat.mtimeNanos());
    }
  }

  /** Links what keeps its time; everything else must not change under its other layer. */
  private void put(Path source, FileStat stat, Path place) throws IOException {
    boolean keeps = stat.mtimeSec() < latest || stat.mtimeSec() == latest && stat.mtimeNanos() == 0;
    Path copy = copies.get(stat.ino());
    if (keeps) {
      Linux.link(source, place);
      return;
    }
    if (copy != null) {
      Linux.link(copy, place);
      return;
    }
    if (stat.isSymlink()) {
      Dir.HERE.symlink(Dir.HERE.readlink(source.toString()), place.toString());
      Linux.lchown(place, stat.uid(), stat.gid());
    } else if (stat.isRegular()) {
      copy(source, place);
    } else {
      Linux.mknod(place, stat.mode(), stat.rdev());
    }
    if (!stat.isSymlink()) {
      dress(source, place);
    }
    setTime(stat, place);
    copies.put(stat.ino(), place);
  }

  private static void copy(Path source, Path place) throws IOException {
    try (OpenFile from = Dir.HERE.read(source.toString());
        OpenFile to = Dir.HERE.create(place.toString())) {
      if (to.cloneFrom(from)) {
        return;
      }
      byte[] buffer = new byte[1 << 16];
      for (int n = from.read(buffer, 0, buffer.length);
          n > 0;
          n = from.read(buffer, 0, buffer.length)) {
        to.write(buffer, 0, n);
      }
    }
  }

  private void folder(Path source, String child, Path place, Optional<FileStat> there)
      throws IOException {
    boolean opaque = Overlay.isOpaque(Dir.HERE, source.toString());
    boolean merges = there.isPresent() && there.get().isDirectory() && !opaque;
    if (!merges) {
      boolean hides =
          opaque
              || there.isPresent()
              || base.findNoFollow("/" + child).filter(n -> !n.stat().isDirectory()).isPresent();
      Linux.deleteTree(place);
      Dir.HERE.mkdir(place.toString(), 0700);
      if (hides && base.folder("/" + child).isPresent()) {
        Overlay.setOpaque(Dir.HERE, place.toString());
      }
    }
    merge(source, child);
  }

  private static void dress(Path from, Path to) throws IOException {
    FileStat stat = Linux.lstat(from);
    // a change of owner takes set-id bits and capabilities away
    Linux.lchown(to, stat.uid(), stat.gid());
    Linux.chmod(to, stat.permissions());
    for (String name : Linux.llistxattr(from)) {
      if (!name.contains(".overlay.")) {
        Optional<byte[]> value = Linux.lgetxattr(from, name);
        if (value.isPresent()) {
          Linux.lsetxattr(to, name, value.get());
        }
      }
    }
  }
}
