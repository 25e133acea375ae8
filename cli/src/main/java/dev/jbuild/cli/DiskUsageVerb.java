package dev.jbuild.cli;

import dev.jbuild.cache.Collector;
import dev.jbuild.cache.FolderSize;
import dev.jbuild.cache.Usage;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Shows the space that is used, and what of it could be free. */
final class DiskUsageVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("system df", "", "Show the space that is used")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .flag("-v --verbose", "Also each image")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Usage usage = new Collector(session.parts().store(), session.parts().layers()).usage();
    Listing listing =
        new Listing()
            .column("Type", "TYPE")
            .column("TotalCount", "TOTAL")
            .column("Active", "ACTIVE")
            .column("Size", "SIZE")
            .column("Reclaimable", "RECLAIMABLE");
    long unused = usage.imageBytes() - usage.imageBytesInUse();
    listing.row(
        row("Images", usage.images(), usage.imagesInUse(), usage.imageBytes(), unused, true));
    listing.row(folders("Containers", session.parts().root().resolve("containers")));
    listing.row(folders("Local Volumes", session.parts().root().resolve("volumes")));
    long cache = usage.cacheBytes() + usage.garbageBytes();
    listing.row(row("Build Cache", usage.records(), usage.recordsInUse(), cache, cache, false));
    session.out().print(listing.print(arguments.value("--format").orElse("")));
    if (arguments.flag("--verbose")) {
      session.out().println("\nImages space usage:\n");
      ImagesVerb images = new ImagesVerb("images");
      return images.run(images.syntax().parse(List.of()), session);
    }
    return 0;
  }

  /** Things that are a folder each; those that a process holds are in use. */
  private static Json.Obj folders(String type, Path parent) throws IOException {
    int count = 0;
    int active = 0;
    long bytes = 0;
    long unused = 0;
    try (Stream<Path> all = Files.isDirectory(parent) ? Files.list(parent) : Stream.empty()) {
      for (Path folder : all.filter(Files::isDirectory).toList()) {
        boolean used = isLocked(folder.resolve("lock"));
        long size = FolderSize.of(folder);
        count++;
        active += used ? 1 : 0;
        bytes += size;
        unused += used ? 0 : size;
      }
    }
    return row(type, count, active, bytes, unused, true);
  }

  private static boolean isLocked(Path lock) throws IOException {
    try (OpenFile open = Dir.HERE.read(lock.toString())) {
      return !open.lock(false, false);
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private static Json.Obj row(
      String type, int total, int active, long size, long unused, boolean share) {
    String reclaimable = Sizes.human(unused);
    if (share && size > 0) {
      reclaimable += " (" + Math.round(100.0 * unused / size) + "%)";
    }
    return Json.obj()
        .with("Type", type)
        .with("TotalCount", Integer.toString(total))
        .with("Active", Integer.toString(active))
        .with("Size", Sizes.human(size))
        .with("Reclaimable", reclaimable);
  }
}
