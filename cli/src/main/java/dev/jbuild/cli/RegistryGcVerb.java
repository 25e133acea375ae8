package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.distribution.RegistryCollector;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Takes from a registry's folder what no manifest needs; the registry may be served meanwhile. */
final class RegistryGcVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("registry gc", "", "Remove what no image of a registry of one's own needs")
        .value("--root", "folder", "Where images are kept (default: registry in the store)")
        .value("--grace", "duration", "Keep what was sent so short a time ago (default 24h)")
        .flag("--untagged", "Also remove images that no tag leads to")
        .flag("--dry-run", "Only tell what would be removed")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Path root = RegistryServeVerb.root(arguments, session);
    if (!Files.isDirectory(root.resolve("blobs"))) {
      throw new CommandException("there is no registry in " + root, 1);
    }
    String text = arguments.value("--grace").orElse("24h");
    Duration grace =
        Times.duration(text)
            .orElseThrow(() ->
                new UsageException("invalid duration for --grace: " + text + ": write e.g. 24h"));
    boolean dryRun = arguments.flag("--dry-run");
    RegistryCollector.Taken taken =
        RegistryCollector.collect(
            Store.open(root),
            new RegistryCollector.Rules(
                Instant.now().minus(grace), arguments.flag("--untagged"), dryRun));
    session
        .out()
        .println(
            "%s %d manifests and %d blobs, %s"
                .formatted(
                    dryRun ? "Would remove" : "Removed",
                    taken.manifests(),
                    taken.blobs(),
                    Sizes.human(taken.bytes())));
    return 0;
  }
}
