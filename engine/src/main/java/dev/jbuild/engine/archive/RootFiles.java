package dev.jbuild.engine.archive;

import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.FolderWriter;
import dev.jbuild.layer.Layer;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.snapshot.MergedTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** The files of an image as one tree, without what its layers removed. */
public final class RootFiles {
  private RootFiles() {}

  /** Writes them as a tar, which ends with the stream still open. */
  public static void tar(List<Layer> layers, OutputStream out) throws IOException {
    // Closed by who opened it: only the archive ends here.
    @SuppressWarnings("resource")
    ArchiveWriter writer = new ArchiveWriter(out);
    MergedTree.send(new LayerStack(layers), writer);
    writer.finish();
  }

  /** Writes them into a folder, among the files that are there. */
  public static void folder(List<Layer> layers, Path folder) throws IOException {
    try (FolderWriter writer = new FolderWriter(folder)) {
      MergedTree.send(new LayerStack(layers), writer);
      writer.finish();
    }
  }
}
