package dev.jbuild.cli;

import dev.jbuild.engine.Downloads;
import dev.jbuild.engine.archive.ArchiveFormat;
import dev.jbuild.engine.archive.Bundle;
import dev.jbuild.engine.archive.Layout;
import dev.jbuild.engine.archive.Loader;
import dev.jbuild.engine.buildcache.CacheMounts;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Manifest;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Takes the folders of cache mounts from one machine to another. */
final class CacheVerb implements Verb {
  static final List<String> COMMANDS = List.of("export", "import", "ls");

  private final String command;

  /**
   * @param command one of {@link #COMMANDS}
   */
  CacheVerb(String command) {
    this.command = command;
  }

  @Override
  public Syntax syntax() {
    return switch (command) {
      case "export" ->
          new Syntax("cache export", "[ID...]", "Write the folders of cache mounts to an archive")
              .value("-o --output", "file", "The archive, \"-\" for standard output")
              .value("--to", "name", "Send them to a registry instead")
              .operands(0, Integer.MAX_VALUE);
      case "import" ->
          new Syntax("cache import", "", "Replace the folders of cache mounts by others")
              .value("-i --input", "file", "The archive, \"-\" for standard input")
              .value("--from", "name", "Fetch them from a registry instead")
              .operands(0, 0);
      default -> new Syntax("cache ls", "", "List the ids of cache mounts").operands(0, 0);
    };
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    CacheMounts mounts = new CacheMounts(session.parts().store(), session.parts().layers());
    switch (command) {
      case "export" -> export(mounts, arguments, session);
      case "import" -> bring(mounts, arguments, session);
      default -> mounts.list().forEach(mount -> session.out().println(mount.id()));
    }
    return 0;
  }

  private static void export(CacheMounts mounts, Arguments arguments, Session session)
      throws IOException {
    List<String> ids = arguments.operands();
    List<CacheMounts.Mount> wanted =
        mounts.list().stream()
            .filter(mount -> ids.isEmpty() || ids.stream().anyMatch(id -> isIt(mount, id)))
            .toList();
    for (String id : ids) {
      if (wanted.stream().noneMatch(mount -> isIt(mount, id))) {
        throw new CommandException("Error: No such cache mount: " + id, 1);
      }
    }
    Optional<String> to = arguments.value("--to");
    try (Lease _ = session.parts().store().lease()) {
      Bundle bundle = mounts.export(wanted);
      if (to.isPresent()) {
        Digest digest = bundle.top().descriptor().digest();
        ImageReference name = RunOptions.reference(to.get());
        session.parts().imagePush().push(name, digest, bundle, PushVerb.QUIET);
      } else {
        write(bundle, arguments.value("--output").orElse("-"), session);
      }
      for (Descriptor layer :
          bundle.images().getFirst().layers().stream().map(l -> l.descriptor()).toList()) {
        session.parts().store().blobs().remove(layer.digest());
      }
    }
    wanted.forEach(mount -> session.err().println("exported " + mount.id()));
  }

  /** As it is listed, or as the Dockerfile has it: a namespace and a slash stand before that. */
  private static boolean isIt(CacheMounts.Mount mount, String id) {
    return mount.id().equals(id) || mount.id().equals("/" + id);
  }

  private static void write(Bundle bundle, String target, Session session) throws IOException {
    try (OutputFile file = OutputFile.open(target, session.out(), "name a file with -o");
        Layout layout = Layout.tar(file.stream())) {
      ArchiveFormat.writeArtifact(bundle, "caches", layout);
      file.finish();
    }
  }

  private static void bring(CacheMounts mounts, Arguments arguments, Session session)
      throws IOException {
    Store store = session.parts().store();
    Optional<String> from = arguments.value("--from");
    List<String> ids;
    try (Lease _ = store.lease()) {
      if (from.isPresent()) {
        ImageReference name = RunOptions.reference(from.get());
        RegistryClient remote = session.parts().remote();
        ids =
            mounts.bring(
                Manifest.parse(remote.resolve(name).bytes()),
                blob -> Downloads.fetch(store, remote, name, blob, _ -> {}));
      } else {
        String file = arguments.value("--input").orElse("-");
        try (InputStream in =
            file.equals("-") ? session.in() : Files.newInputStream(Path.of(file))) {
          ids = mounts.bring(Loader.artifact(store, in), _ -> {});
        }
      }
    }
    ids.forEach(id -> session.out().println("imported " + id));
  }
}
