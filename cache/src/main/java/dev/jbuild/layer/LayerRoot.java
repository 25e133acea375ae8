package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.Optional;

/**
 * A layer's own folder as the root. Links that the layer itself made are followed, below the root
 * only, as containerd does: some layers name files through {@code lib -> usr/lib}.
 */
final class LayerRoot implements ExtractionRoot {
  private final Dir root;
  private final Map<String, Meta> folders;

  LayerRoot(Dir root, Map<String, Meta> folders) {
    this.root = root;
    this.folders = folders;
  }

  @Override
  public Dir open(String path) throws IOException {
    try {
      return root.openInRoot(path);
    } catch (NoSuchFileException | NotDirectoryException _) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        make(path.substring(0, slash));
      }
      make(path);
      return root.openInRoot(path);
    }
  }

  private void make(String path) throws IOException {
    try {
      root.openInRoot(path).close();
    } catch (NoSuchFileException | NotDirectoryException _) {
      int slash = path.lastIndexOf('/');
      String name = path.substring(slash + 1);
      try (Dir parent = root.openInRoot(path.substring(0, Math.max(slash, 0)))) {
        // Removed by this layer, and then made again without saying so: nothing shows through.
        Optional<FileStat> stat = parent.statIfPresent(name);
        boolean removed = stat.isPresent() && stat.get().isWhiteout();
        if (removed) {
          parent.unlink(name);
        }
        parent.mkdir(name, 0700);
        if (removed) {
          Overlay.setOpaque(parent, name);
        }
      } catch (FileAlreadyExistsException _) {
        throw new ArchiveException("the archive puts files below " + path + ", which is no folder");
      }
      folders.putIfAbsent(path, Meta.implied());
    }
  }

  @Override
  public Dir openExisting(String path) throws IOException {
    return root.openInRoot(path);
  }

  @Override
  public String landing(String path) {
    return path;
  }

  @Override
  public boolean hidesFolder(String landing) {
    return false;
  }
}
