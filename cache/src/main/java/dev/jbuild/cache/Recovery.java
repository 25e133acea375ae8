package dev.jbuild.cache;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.linux.Unsynced;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Blobs;
import dev.jbuild.store.Store;
import dev.jbuild.store.StoreException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the end of the machine may have emptied is looked at when it has started again, once
 * (docs/adr/0013). What is not whole any more is removed: the next build, or pull, makes it anew.
 */
public final class Recovery {
  private final Blobs blobs;
  private final Layers layers;
  private int removed;

  private Recovery(Blobs blobs, Layers layers) {
    this.blobs = blobs;
    this.layers = layers;
  }

  /**
   * Looks whether the machine has started again since the store was written to; mostly that is all.
   *
   * @return how many layers and blobs had to be removed
   */
  public static int run(Path root) throws IOException {
    if (!isNeeded(root)) {
      return 0;
    }
    Store store = Store.open(root);
    try (OpenFile lock = Dir.HERE.lockFile(root.resolve("locks/recovery").toString())) {
      // Else the second of two could remove what the first has removed and somebody made anew.
      lock.lock(true, true);
      Unsynced unsynced = Unsynced.in(root);
      Recovery recovery = new Recovery(store.blobs(), Layers.open(root));
      for (String name : unsynced.lost()) {
        recovery.look(name);
      }
      if (recovery.removed > 0) {
        Linux.deleteTree(root.resolve("memos"));
      }
      unsynced.forgetLost();
      return recovery.removed;
    }
  }

  /** Every call asks this: it is one listing, and loads no class for system calls. */
  private static boolean isNeeded(Path root) throws IOException {
    String[] boots = new File(root.toFile(), Unsynced.FOLDER).list();
    if (boots == null || boots.length == 0) {
      return false;
    }
    return boots.length > 1 || !boots[0].equals(Files.readString(Path.of(Unsynced.BOOT)).strip());
  }

  private void look(String name) throws IOException {
    if (name.startsWith(Layers.MARK)) {
      LayerId id = new LayerId(name.substring(Layers.MARK.length()));
      Optional<Layer> layer = layers.byId(id);
      if (layer.isPresent() && !layers.isWhole(layer.get())) {
        layers.remove(id);
        removed++;
      }
    } else if (name.startsWith(Blobs.MARK)) {
      lookAtBlob(Digest.parse("sha256:" + name.substring(Blobs.MARK.length())));
    }
  }

  private void lookAtBlob(Digest digest) throws IOException {
    try {
      if (blobs.has(digest)) {
        blobs.read(digest);
      }
    } catch (NoSuchFileException _) {
      // it went at this moment
    } catch (StoreException _) {
      blobs.remove(digest);
      removed++;
    }
  }
}
