package dev.jbuild.engine.container;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image from the state of a container. */
public final class Commit {
  private Commit() {}

  /** Who made it, and what was done; empty where nobody said. */
  public record Note(String author, String comment) {}

  /**
   * Makes the image; it has no name yet.
   *
   * @param base the image that the container was made from
   */
  public static LocalImage of(
      Containers containers,
      LocalImages images,
      Container container,
      ImageConfig base,
      ContainerConfig config,
      Note note)
      throws IOException {
    String author = note.author();
    List<Layer> stack = new ArrayList<>(containers.layers(container));
    try (Lease lease = containers.store().lease();
        Draft draft = containers.allLayers().draft(lease.id())) {
      try (Dir from = Dir.open(container.folder().resolve("upper"));
          Dir to = Dir.open(draft.fs())) {
        overlay(from, to);
      }
      Layer layer = draft.commit();
      stack.add(layer);
      String now = Instant.now().toString();
      List<HistoryEntry> history = new ArrayList<>(base.history());
      history.add(
          new HistoryEntry(
              Optional.of(now),
              String.join(" ", container.argv()),
              author.isEmpty() ? Optional.empty() : Optional.of(author),
              note.comment(),
              false));
      return images.put(
          new ImageConfig(
              Optional.of(now),
              author.isEmpty() ? base.author() : Optional.of(author),
              base.platform(),
              config,
              base.diffIds(),
              history),
          stack,
          Map.of());
    }
  }

  /** Whiteouts and opaque folders are copied as they are. */
  private static void overlay(Dir from, Dir to) throws IOException {
    FileCopy copy = new FileCopy(Optional.empty());
    for (String name : from.names()) {
      FileStat stat = from.stat(name);
      if (stat.isWhiteout()) {
        to.mknod(name, FileStat.CHARACTER, 0);
      } else if (stat.isDirectory()) {
        to.mkdir(name, 0700);
        try (Dir source = from.openDir(name);
            Dir target = to.openDir(name)) {
          overlay(source, target);
        }
        for (String attribute : List.of("trusted.overlay.opaque", "user.overlay.opaque")) {
          Optional<byte[]> value = from.xattr(name, attribute);
          if (value.isPresent()) {
            to.setXattr(name, attribute, value.get());
          }
        }
        to.chown(name, stat.uid(), stat.gid());
        to.chmod(name, stat.permissions());
        to.times(name, stat.mtimeSec(), stat.mtimeNanos());
      } else {
        copy.copy(from, name, to, name);
      }
    }
  }
}
