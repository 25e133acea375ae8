package dev.jbuild.cli;

import dev.jbuild.cache.Collector;
import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.Policy;
import dev.jbuild.cache.Reclaimed;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Removes what nothing uses: images, the build cache, or both. */
final class PruneVerb implements Verb {
  private final Kind kind;

  /** The ids of images that may go: once they are gone nobody knows. */
  private final Map<Digest, Digest> ids = new HashMap<>();

  PruneVerb(Kind kind) {
    this.kind = kind;
  }

  /** What is pruned; each verb asks its own question. */
  enum Kind {
    /** Images without a name and the build cache; images with a name stay in any case. */
    UNNAMED("prune", "Remove images without a name and unused build cache"),
    IMAGES("image prune", "Remove images without a name, or all that no container uses"),
    CACHE("builder prune", "Remove build cache"),
    SYSTEM("system prune", "Remove stopped containers, unused networks, images and build cache");

    private final String verb;
    private final String summary;

    Kind(String verb, String summary) {
      this.verb = verb;
      this.summary = summary;
    }

    private boolean images() {
      return this != CACHE;
    }

    private boolean cache() {
      return this != IMAGES;
    }
  }

  @Override
  public Syntax syntax() {
    Syntax syntax =
        new Syntax(kind.verb, "", kind.summary)
            .flag(
                "-a --all",
                switch (kind) {
                  case UNNAMED -> "Also build cache that belongs to images";
                  case IMAGES -> "All images that no container uses";
                  case CACHE -> "Also build cache that belongs to images";
                  case SYSTEM -> "All images that no container uses, and all build cache";
                })
            .flag("-f --force", "Do not ask")
            .flag("--dry-run", "Only say what would be removed")
            .values(
                "--filter",
                "key=value",
                kind.images() ? "Only what fits: until, label, label!" : "Only what fits: until")
            .operands(0, 0);
    if (kind == Kind.SYSTEM) {
      syntax = syntax.flag("--volumes", "Also anonymous volumes that no container has");
    }
    return kind.cache()
        ? syntax
            .value(
                "--keep-storage",
                "bytes",
                "Of the build cache remove only what is beyond this size of the store")
            .value("--max-used-space", "bytes", "The same as --keep-storage")
        : syntax;
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean all = arguments.flag("--all");
    boolean dry = arguments.flag("--dry-run");
    Filters filters =
        Filters.parse(
            arguments.values("--filter"),
            kind.images() ? Set.of("until", "label", "label!") : Set.of("until", "unused-for"));
    Policy policy = policy(arguments, session, filters, all);
    boolean volumes = kind == Kind.SYSTEM && arguments.flag("--volumes");
    if (volumes && !filters.of("until").isEmpty()) {
      throw new UsageException("the \"until\" filter is not supported with \"--volumes\"");
    }
    if (!dry && !arguments.flag("--force") && !Question.agreed(session, warning(all, volumes))) {
      return 0;
    }
    // First those who use images: what they alone kept goes, too.
    long bytes = kind == Kind.SYSTEM ? users(session, filters, volumes, dry) : 0;
    Reclaimed reclaimed =
        new Collector(session.parts().store(), session.parts().layers())
            .collect(dry ? policy.withoutTaking() : policy);
    report(session, reclaimed, dry);
    session.out().println("Total reclaimed space: " + Sizes.precise(bytes + reclaimed.bytes()));
    return 0;
  }

  private static long users(Session session, Filters filters, boolean volumes, boolean dry)
      throws Exception {
    long bytes = VolumeVerbs.ContainerPrune.sweep(session, filters, dry);
    NetworkPruneVerb.sweep(session, filters, dry);
    return volumes ? bytes + VolumeVerbs.Prune.sweep(session, filters, false, dry) : bytes;
  }

  private Policy policy(Arguments arguments, Session session, Filters filters, boolean all) {
    Policy policy = Policy.garbage();
    if (kind.images()) {
      boolean unused = all && kind != Kind.UNNAMED;
      policy =
          policy.withImages(
              unused ? Policy.Images.UNUSED : Policy.Images.UNTAGGED,
              named -> fits(session, filters, named));
    }
    Optional<String> keep =
        arguments.value("--keep-storage").or(() -> arguments.value("--max-used-space"));
    if (kind.cache() && keep.isPresent()) {
      long bytes =
          Sizes.parse(keep.get())
              .orElseThrow(() -> new UsageException("invalid size: " + keep.get()));
      return policy.withMaxBytes(bytes);
    }
    if (kind.cache() && filters.of("label").isEmpty() && filters.of("label!").isEmpty()) {
      Optional<String> until =
          filters.of("until").stream()
              .findFirst()
              .or(() -> filters.of("unused-for").stream().findFirst());
      Instant before = until.map(Times::parse).orElseGet(() -> Instant.now().plusSeconds(60));
      policy = policy.withRecords(new Policy.Records(Optional.of(before), all));
    }
    return policy;
  }

  /** The collector has no images, only names: what a filter looks at is read here. */
  private boolean fits(Session session, Filters filters, Names.Named named) {
    try {
      Optional<LocalImage> image =
          session.parts().localImages().read(named.target(), Platform.host());
      if (image.isEmpty()) {
        return filters.isEmpty();
      }
      ids.put(named.target().digest(), image.get().id());
      Instant created = StoredImage.instant(image.get().config().created());
      return filters.allow("until", time -> created.isBefore(Times.parse(time)))
          && filters.allowLabels(image.get().config().config().labels());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String warning(boolean all, boolean volumes) {
    return switch (kind) {
      case UNNAMED ->
          "This will remove all images without a name and "
              + (all ? "all build cache." : "unused build cache.");
      case IMAGES ->
          all
              ? "This will remove all images without at least one container associated to them."
              : "This will remove all dangling images.";
      case CACHE ->
          all ? "This will remove all build cache." : "This will remove all dangling build cache.";
      case SYSTEM ->
          "This will remove:\n"
              + "  - all stopped containers\n"
              + "  - all networks not used by at least one container\n"
              + (volumes ? "  - all anonymous volumes not used by at least one container\n" : "")
              + (all
                  ? "  - all images without at least one container associated to them\n"
                  : "  - all dangling images\n")
              + (all ? "  - all build cache\n" : "  - unused build cache\n");
    };
  }

  private void report(Session session, Reclaimed reclaimed, boolean dry) throws IOException {
    if (kind.images() && !reclaimed.images().isEmpty()) {
      session.out().println("Deleted Images:");
      for (Names.Named named : reclaimed.images()) {
        named.reference().ifPresent(name -> session.out().println("untagged: " + name.familiar()));
        Digest target = named.target().digest();
        Digest id = ids.getOrDefault(target, target);
        session.out().println("deleted: " + id);
        if (!dry) {
          ImageEvents.deleted(session, id.toString());
        }
      }
      session.out().println();
    }
    if (kind.cache() && !reclaimed.records().isEmpty()) {
      session.out().println("Deleted build cache objects:");
      for (Digest key : reclaimed.records()) {
        session.out().println(key.shortHex());
      }
      session.out().println();
    }
  }
}
