package dev.jbuild.solve;

import dev.jbuild.context.ContextTree;
import dev.jbuild.context.SourceTree;
import dev.jbuild.context.StackTree;
import dev.jbuild.snapshot.LayerStack;

/** Files that a stage did not make: to copy, to mount, or to begin with. */
sealed interface Origin {
  /** The files. */
  SourceTree tree();

  /** Layers: of an earlier stage, an image, or nothing at all. */
  record Stack(StageState state) implements Origin {
    LayerStack layers() {
      return new LayerStack(state.layers);
    }

    @Override
    public SourceTree tree() {
      return new StackTree(layers());
    }
  }

  /** A folder of this machine. */
  record Folder(ContextTree tree) implements Origin {}
}
