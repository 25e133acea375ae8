package dev.jbuild.engine.archive;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.FolderWriter;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.TreeSink;
import dev.jbuild.layer.XattrValue;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.session.UserSession;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.snapshot.MergedTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The files of an image as one tree, without what its layers removed. */
public final class RootFiles {
  private RootFiles() {}

  /**
   * The files of one platform.
   *
   * @param platform as in {@code linux/arm64}
   */
  public record Root(String platform, List<Layer> layers) {
    public Root {
      layers = List.copyOf(layers);
    }

    /** As BuildKit names it. */
    String folder() {
      return platform.replace('/', '_');
    }
  }

  /**
   * Writes them as a tar, which ends with the stream still open.
   *
   * @param split whether each platform gets a folder
   * @param epoch the time that all of them get, in seconds of 1970, as BuildKit's outputs have it
   *     for {@code SOURCE_DATE_EPOCH}; absent for their own
   * @throws IOException also when two platforms have a file of one name and share a folder
   */
  public static void tar(List<Root> roots, boolean split, OutputStream out, OptionalLong epoch)
      throws IOException {
    requireNoMeeting(roots, split);
    // Closed by who opened it: only the archive ends here.
    @SuppressWarnings("resource")
    ArchiveWriter writer = new ArchiveWriter(out);
    for (Root root : roots) {
      if (!split) {
        send(root.layers(), writer, epoch);
      } else {
        TreeSink below = new Below(writer, root.folder() + "/");
        writer.directory(root.folder(), Meta.of(0755, 0, 0, epoch.orElse(0), 0));
        send(root.layers(), below, epoch);
      }
    }
    writer.finish();
  }

  /** Writes them into a folder, among the files that are there. */
  public static void folder(List<Root> roots, boolean split, Path folder, OptionalLong epoch)
      throws IOException {
    requireNoMeeting(roots, split);
    for (Root root : roots) {
      Path target = Files.createDirectories(folder).resolve(split ? root.folder() : "");
      try (FolderWriter writer = new FolderWriter(target)) {
        // What an ordinary user asks for is to be that user's, whom a session calls root.
        boolean theirs = System.getenv(UserSession.VARIABLE) != null;
        send(root.layers(), theirs ? new Changed(writer, RootFiles::ofUser) : writer, epoch);
        writer.finish();
      }
    }
  }

  /** The user's own, and without what makes of a program more than who starts it. */
  private static Meta ofUser(Meta meta) {
    SortedMap<String, XattrValue> xattrs = new TreeMap<>(meta.xattrs());
    xattrs.remove("security.capability");
    return meta.withOwner(0, 0).withMode(meta.mode() & ~06000).withXattrs(xattrs);
  }

  /** Nothing is written where one platform's file would replace another's. */
  private static void requireNoMeeting(List<Root> roots, boolean split) throws IOException {
    if (split || roots.size() < 2) {
      return;
    }
    Map<String, String> seen = new HashMap<>();
    for (Root root : roots) {
      send(root.layers(), new Seen(seen, root.platform()), OptionalLong.empty());
    }
  }

  private static void send(List<Layer> layers, TreeSink sink, OptionalLong epoch)
      throws IOException {
    MergedTree.send(
        new LayerStack(layers),
        epoch.isPresent() ? new Changed(sink, meta -> meta.withMtime(epoch.getAsLong(), 0)) : sink);
  }

  /** Puts every file into a folder. */
  private record Below(TreeSink sink, String folder) implements TreeSink {
    @Override
    public void directory(String path, Meta meta) throws IOException {
      sink.directory(folder + path, meta);
    }

    @Override
    public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
      sink.file(folder + path, meta, size, content);
    }

    @Override
    public void symlink(String path, Meta meta, String target) throws IOException {
      sink.symlink(folder + path, meta, target);
    }

    @Override
    public void hardLink(String path, Meta meta, String first) throws IOException {
      sink.hardLink(folder + path, meta, folder + first);
    }

    @Override
    public void node(String path, Meta meta, int type, long device) throws IOException {
      sink.node(folder + path, meta, type, device);
    }
  }

  /** Notes whose a path is. */
  private record Seen(Map<String, String> platforms, String platform) implements TreeSink {
    private void see(String path) throws IOException {
      String other = platforms.putIfAbsent(path, platform);
      if (other != null) {
        throw new IOException(
            "cannot overwrite %s from %s with %s when split option is disabled"
                .formatted(path, other, platform));
      }
    }

    @Override
    public void directory(String path, Meta meta) {
      // shared by those that have it
    }

    @Override
    public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
      see(path);
    }

    @Override
    public void symlink(String path, Meta meta, String target) throws IOException {
      see(path);
    }

    @Override
    public void hardLink(String path, Meta meta, String first) throws IOException {
      see(path);
    }

    @Override
    public void node(String path, Meta meta, int type, long device) throws IOException {
      see(path);
    }
  }

  /** Gives files other attributes. */
  private record Changed(TreeSink sink, UnaryOperator<Meta> change) implements TreeSink {
    private Meta changed(Meta meta) {
      return change.apply(meta);
    }

    @Override
    public void directory(String path, Meta meta) throws IOException {
      sink.directory(path, changed(meta));
    }

    @Override
    public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
      sink.file(path, changed(meta), size, content);
    }

    @Override
    public void symlink(String path, Meta meta, String target) throws IOException {
      sink.symlink(path, changed(meta), target);
    }

    @Override
    public void hardLink(String path, Meta meta, String first) throws IOException {
      sink.hardLink(path, changed(meta), first);
    }

    @Override
    public void node(String path, Meta meta, int type, long device) throws IOException {
      sink.node(path, changed(meta), type, device);
    }
  }
}
