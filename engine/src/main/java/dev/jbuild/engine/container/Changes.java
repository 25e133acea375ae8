package dev.jbuild.engine.container;

import dev.jbuild.layer.Layer;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a container has changed in its image's files. */
public final class Changes {
  private final LayerStack image;
  private final TreeMap<String, Character> found = new TreeMap<>();

  private Changes(LayerStack image) {
    this.image = image;
  }

  /** Lines as {@code docker diff} has them: A for added, C for changed, D for deleted. */
  public static List<String> of(Containers containers, Container container) throws IOException {
    List<Layer> layers = containers.layers(container);
    Changes changes = new Changes(new LayerStack(layers));
    try (Dir upper = Dir.open(container.folder().resolve("upper"))) {
      changes.folder(upper, "");
    }
    List<String> lines = new ArrayList<>();
    changes.found.forEach((path, kind) -> lines.add(kind + " " + path));
    return lines;
  }

  private void folder(Dir upper, String path) throws IOException {
    for (String name : upper.names()) {
      FileStat stat = upper.stat(name);
      String own = path + "/" + name;
      boolean before = image.findNoFollow(own).isPresent();
      if (stat.isWhiteout()) {
        found.put(own, 'D');
        continue;
      }
      found.put(own, before ? 'C' : 'A');
      if (stat.isDirectory()) {
        try (Dir below = upper.openDir(name)) {
          folder(below, own);
        }
      }
    }
  }
}
