package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.archive.ArchiveFormat;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.engine.archive.Layout;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes images to an archive. */
final class SaveVerb implements Verb {
  private static final Set<String> FORMATS =
      Set.of("docker-archive", "oci-archive", "oci-dir", "docker", "oci");

  private final String name;

  SaveVerb(String name) {
    this.name = name;
  }

  /** An image and the names under which it was asked for. */
  private record Wanted(LocalImage image, Set<ImageReference> names) {}

  @Override
  public Syntax syntax() {
    return new Syntax(name, "IMAGE [IMAGE...]", "Write images to an archive")
        .value("-o --output", "file", "Write to a file instead of standard output")
        .value(
            "--format",
            "format",
            "docker-archive (the default, also an OCI layout), oci-archive or oci-dir")
        .value("--platform", "os/arch", "Of an image for several platforms, this one")
        .flag("-q --quiet", "Say nothing")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    String format = arguments.value("--format").orElse("docker-archive");
    if (!FORMATS.contains(format)) {
      throw new UsageException(
          "unknown format \"" + format + "\": there are docker-archive, oci-archive and oci-dir");
    }
    boolean docker = format.startsWith("docker");
    Optional<String> output = arguments.value("--output");
    if (output.isEmpty() && Terminal.isTerminal(1)) {
      throw new CommandException(
          "cowardly refusing to save to a terminal. Use the -o flag or redirect", 1);
    }
    try (Lease lease = session.parts().store().lease()) {
      List<Bundle> bundles = new ArrayList<>();
      Exports exports = new Exports(session.parts().store(), session.parts().layers());
      List<Wanted> wanted = wanted(session, arguments);
      for (Wanted one : wanted) {
        lease.pin(one.image.layers().stream().map(layer -> layer.id().value()).toList());
        bundles.add(exports.bundle(one.image, Packing.PLAIN, List.copyOf(one.names)));
      }
      write(session, bundles, format, output.orElse("-"), docker);
      for (Wanted saved : wanted) {
        ImageEvents.of(session, "save", saved.image);
      }
    }
    return 0;
  }

  private static void write(
      Session session, List<Bundle> bundles, String format, String target, boolean docker)
      throws IOException {
    if (format.equals("oci-dir")) {
      try (Layout layout = Layout.folder(Path.of(target))) {
        ArchiveFormat.write(bundles, layout, false);
      }
      return;
    }
    try (OutputFile file =
            OutputFile.open(target, session.out(), "name a file with -o, or use --format oci-dir");
        Layout layout = Layout.tar(file.stream())) {
      ArchiveFormat.write(bundles, layout, docker);
      file.finish();
    }
  }

  /** Each image once, with the names that were written. */
  private static List<Wanted> wanted(Session session, Arguments arguments) throws IOException {
    Map<Digest, Wanted> all = new LinkedHashMap<>();
    for (String operand : arguments.operands()) {
      LocalImage image = StoredImage.find(session, operand, arguments);
      Wanted wanted =
          all.computeIfAbsent(
              image.target().digest(), _ -> new Wanted(image, new LinkedHashSet<>()));
      StoredImage.nameOf(session, operand, image).ifPresent(wanted.names::add);
    }
    return List.copyOf(all.values());
  }
}
