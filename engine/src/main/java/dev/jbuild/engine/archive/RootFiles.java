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
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The files of an image as one tree, without what its layers removed. */
public final class RootFiles {
  private RootFiles() {}

  /**
   * Writes them as a tar, which ends with the stream still open.
   *
   * @param epoch the time that all of them get, in seconds of 1970, as BuildKit's outputs have it
   *     for {@code SOURCE_DATE_EPOCH}; absent for their own
   */
  public static void tar(List<Layer> layers, OutputStream out, OptionalLong epoch)
      throws IOException {
    // Closed by who opened it: only the archive ends here.
    @SuppressWarnings("resource")
    ArchiveWriter writer = new ArchiveWriter(out);
    send(layers, writer, epoch);
    writer.finish();
  }

  /** Writes them into a folder, among the files that are there. */
  public static void folder(List<Layer> layers, Path folder, OptionalLong epoch)
      throws IOException {
    try (FolderWriter writer = new FolderWriter(folder)) {
      send(layers, writer, epoch);
      writer.finish();
    }
  }

  private static void send(List<Layer> layers, TreeSink sink, OptionalLong epoch)
      throws IOException {
    MergedTree.send(
        new LayerStack(layers), epoch.isPresent() ? new Timed(sink, epoch.getAsLong()) : sink);
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
