package dev.jbuild.cli;

import dev.jbuild.cache.Collector;
import dev.jbuild.cache.FolderSize;
import dev.jbuild.cache.Usage;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Volumes;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.List;

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
    listing.row(containers(session));
    listing.row(volumes(session));
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

  /** Those that a supervisor holds are in use. */
  private static Json.Obj containers(Session session) throws IOException {
    List<Container> all = session.parts().containers().all();
    int active = 0;
    long bytes = 0;
    long unused = 0;
    for (Container container : all) {
      boolean used = container.state().supervised();
      long size = FolderSize.of(container.folder());
      active += used ? 1 : 0;
      bytes += size;
      unused += used ? 0 : size;
    }
    return row("Containers", all.size(), active, bytes, unused, true);
  }

  /** Those that a container has are in use, whether it runs or not. */
  private static Json.Obj volumes(Session session) throws IOException {
    List<Volumes.Volume> all = session.parts().containers().volumes().all();
    int active = 0;
    long bytes = 0;
    long unused = 0;
    for (Volumes.Volume volume : all) {
      boolean used = !VolumeVerbs.users(session, volume.name()).isEmpty();
      long size = FolderSize.of(volume.data());
      active += used ? 1 : 0;
      bytes += size;
      unused += used ? 0 : size;
    }
    return row("Local Volumes", all.size(), active, bytes, unused, true);
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
