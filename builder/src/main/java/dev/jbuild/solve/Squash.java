package dev.jbuild.solve;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Overlay;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code --squash}: what a build put on its base, as one layer. Folders are merged, files are
 * linked; what the base does not have needs no whiteout.
 */
final class Squash {
  private final LayerStack base;
  private final Path target;

  private Squash(LayerStack base, Path target) {
    this.base = base;
    this.target = target;
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
      Squash squash = new Squash(new LayerStack(below), draft.fs());
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
        Linux.link(source, place);
      } else {
        folder(source, child, place, there);
      }
    }
    FileStat stat = Linux.lstat(from);
    Linux.lutimens(target.resolve(path), stat.mtimeSec(), stat.mtimeNanos());
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
    for (String name : Linux.llistxattr(from)) {
      if (!name.contains(".overlay.")) {
        Optional<byte[]> value = Linux.lgetxattr(from, name);
        if (value.isPresent()) {
          Linux.lsetxattr(to, name, value.get());
        }
      }
    }
    Linux.lchown(to, stat.uid(), stat.gid());
    Linux.chmod(to, stat.permissions());
  }
}
