package dev.jbuild.layer;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What layers take on disk. A file that several layers link is one file: it is counted with the
 * first of them that is asked for, and freed with the last.
 */
public final class LayerUsage {
  private final Layers layers;
  private final Map<Inode, Long> linked = new HashMap<>();

  LayerUsage(Layers layers) {
    this.layers = layers;
  }

  private record Inode(long dev, long ino) {}

  /** The bytes of a layer's files that no layer asked for before has, too. */
  public long bytes(LayerId id) throws IOException {
    return sum(id, false);
  }

  /** The bytes that would be free if this layer and those asked for before were removed. */
  public long freed(LayerId id) throws IOException {
    return sum(id, true);
  }

  private long sum(LayerId id, boolean freed) throws IOException {
    Optional<Layer> layer = layers.byId(id);
    if (layer.isEmpty()) {
      return 0;
    }
    try (Dir root = Dir.open(layer.get().fs())) {
      return sum(root, freed);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }

  private long sum(Dir folder, boolean freed) throws IOException {
    long sum = 0;
    for (String name : folder.names()) {
      FileStat stat = folder.stat(name);
      if (stat.isDirectory()) {
        try (Dir below = folder.openDir(name)) {
          sum += sum(below, freed);
        }
      } else if (stat.isRegular() && counts(stat, freed)) {
        sum += stat.size();
      }
    }
    return sum;
  }

  private boolean counts(FileStat stat, boolean freed) {
    if (stat.nlink() == 1) {
      return true;
    }
    long seen = linked.merge(new Inode(stat.dev(), stat.ino()), 1L, Long::sum);
    return freed ? seen == stat.nlink() : seen == 1;
  }
}
