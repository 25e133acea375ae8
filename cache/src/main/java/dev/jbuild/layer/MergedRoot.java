package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of a stack of layers as the root, as for a program that is confined to it: links of the
 * lower layers are followed, and folders that exist below are made again in the draft with the
 * attributes that they have.
 */
final class MergedRoot implements ExtractionRoot {
  private final Dir root;
  private final Map<String, Meta> folders;
  private final LowerView below;
  private final LowerView merged;
  private final String destination;

  /**
   * @param destination the folder, links resolved; links of the archive do not lead out of it
   */
  MergedRoot(
      Dir root, Map<String, Meta> folders, LowerView below, LowerView merged, String destination) {
    this.root = root;
    this.folders = folders;
    this.below = below;
    this.merged = merged;
    this.destination = destination;
  }

  @Override
  public Dir open(String path) throws IOException {
    String landing = folderLanding(path);
    for (int slash = landing.indexOf('/'); slash >= 0; slash = landing.indexOf('/', slash + 1)) {
      make(landing.substring(0, slash));
    }
    make(landing);
    return root.openInRoot(landing);
  }

  private void make(String path) throws IOException {
    if (path.isEmpty()) {
      return;
    }
    Optional<FileStat> stat = root.statIfPresent(path);
    if (stat.isPresent() && stat.get().isDirectory()) {
      return;
    }
    if (stat.isPresent() && !stat.get().isWhiteout()) {
      throw new ArchiveException("the archive puts files below " + path + ", which is no folder");
    }
    boolean removed = stat.isPresent();
    if (removed) {
      root.unlink(path);
    }
    root.mkdir(path, 0700);
    if (removed) {
      Overlay.setOpaque(root, path);
    }
    Optional<Meta> lower = removed ? Optional.empty() : below.folder(path);
    folders.putIfAbsent(path, lower.orElse(Meta.implied()));
  }

  @Override
  public Dir openExisting(String path) throws IOException {
    return root.openInRoot(folderLanding(path));
  }

  private String folderLanding(String path) throws IOException {
    return merged.resolve(destination, path).substring(1);
  }

  @Override
  public String landing(String path) throws IOException {
    int slash = path.lastIndexOf('/');
    String folder = folderLanding(path.substring(0, Math.max(slash, 0)));
    return (folder.isEmpty() ? "" : folder + "/") + path.substring(slash + 1);
  }

  @Override
  public boolean hidesFolder(String landing) throws IOException {
    return below.folder(landing).isPresent();
  }
}
