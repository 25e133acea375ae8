package dev.jbuild.layer;

import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A layer being made: a folder to fill, which becomes the layer when it is committed, and is
 * removed when it is closed without. What a killed process leaves lies in the temporary folder of
 * its lease.
 */
public final class Draft implements AutoCloseable {
  private static final int LARGE = 2000;

  private final Layers layers;
  private final Path folder;
  private @Nullable LayerFacts facts;
  private boolean closed;
  private boolean ready;

  Draft(Layers layers, Path folder) {
    this.layers = layers;
    this.folder = folder;
  }

  /** The folder that becomes the layer. */
  public Path fs() {
    return folder.resolve(Layers.FS);
  }

  /** The work folder that overlayfs wants beside an upper folder. */
  public Path work() {
    return folder.resolve("work");
  }

  Path folder() {
    return folder;
  }

  /** What was found out while filling the folder; changing it afterwards makes this void. */
  void know(@Nullable LayerFacts found) {
    facts = found;
    ready = false;
  }

  @Nullable LayerFacts known() {
    return facts;
  }

  boolean isReady() {
    return ready;
  }

  /** There is nothing left to discard. */
  void setCommitted() {
    closed = true;
  }

  void setReady() {
    ready = true;
  }

  /**
   * Makes the folder a layer of the store. Returns the layer that is there already when it is known
   * to have the same tar.
   */
  public Layer commit() throws IOException {
    if (closed) {
      throw new IllegalStateException("the draft is closed");
    }
    Layer layer = layers.commit(this);
    // what is the same as another layer is left behind
    close();
    return layer;
  }

  /** Discards the folder unless it was committed. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (facts != null && facts.files() > LARGE) {
        Linux.deleteLargeTree(folder);
      } else {
        Linux.deleteTree(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }
}
