package dev.jbuild.layer;

import java.io.IOException;
import java.nio.file.Path;

/** A layer being made: discarded when closed, unless committed before. */
@SuppressWarnings({"DoNotCallSuggester", "ObjectToString"})
public final class Draft implements AutoCloseable {
  private final Path folder;

  Draft(Path folder) {
    this.folder = folder;
  }

  /** The folder that becomes the layer. */
  public Path fs() {
    return folder.resolve("fs");
  }

  /** The work folder that overlayfs wants beside an upper folder. */
  public Path work() {
    return folder.resolve("work");
  }

  /** Makes the folder a layer of the store. */
  public Layer commit() throws IOException {
    throw new UnsupportedOperationException("commit");
  }

  /** Discards the folder unless it was committed. */
  @Override
  public void close() {}
}
