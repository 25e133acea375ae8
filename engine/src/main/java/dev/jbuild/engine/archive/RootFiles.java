package dev.jbuild.engine.archive;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.FolderWriter;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Meta;
import dev.jbuild.layer.TreeSink;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.snapshot.MergedTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The files of an image as one tree, without what its layers removed. */
public final class RootFiles {
  private RootFiles() {}

  /**
   * A tree of an output.
   *
   * @param folder where it lies, empty for the output's root
   */
  public record Root(String folder, List<Layer> layers) {
    public Root {
      layers = List.copyOf(layers);
    }
  }

  /**
   * Writes them as a tar, which ends with the stream still open.
   *
   * @param epoch the time that all of them get, in seconds of 1970, as BuildKit's outputs have it
   *     for {@code SOURCE_DATE_EPOCH}; absent for their own
   */
  public static void tar(List<Root> roots, OutputStream out, OptionalLong epoch)
      throws IOException {
    // Closed by who opened it: only the archive ends here.
    @SuppressWarnings("resource")
    ArchiveWriter writer = new ArchiveWriter(out);
    for (Root root : roots) {
      if (root.folder().isEmpty()) {
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
  public static void folder(List<Root> roots, Path folder, OptionalLong epoch) throws IOException {
    for (Root root : roots) {
      Path target = Files.createDirectories(folder).resolve(root.folder());
      try (FolderWriter writer = new FolderWriter(target)) {
        send(root.layers(), writer, epoch);
        writer.finish();
      }
    }
  }

  private static void send(List<Layer> layers, TreeSink sink, OptionalLong epoch)
      throws IOException {
    MergedTree.send(
        new LayerStack(layers), epoch.isPresent() ? new Timed(sink, epoch.getAsLong()) : sink);
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

  /** Gives every file the same time. */
  private record Timed(TreeSink sink, long seconds) implements TreeSink {
    private Meta timed(Meta meta) {
      return meta.withMtime(seconds, 0);
    }

    @Override
    public void directory(String path, Meta meta) throws IOException {
      sink.directory(path, timed(meta));
    }

    @Override
    public void file(String path, Meta meta, long size, OpenFile content) throws IOException {
      sink.file(path, timed(meta), size, content);
    }

    @Override
    public void symlink(String path, Meta meta, String target) throws IOException {
      sink.symlink(path, timed(meta), target);
    }

    @Override
    public void hardLink(String path, Meta meta, String first) throws IOException {
      sink.hardLink(path, timed(meta), first);
    }

    @Override
    public void node(String path, Meta meta, int type, long device) throws IOException {
      sink.node(path, timed(meta), type, device);
    }
  }
}
