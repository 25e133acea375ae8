package dev.jbuild.cli;

import java.util.List;
import java.util.Optional;

/** The verbs of images, registries and space. */
final class ImageVerbs {
  private ImageVerbs() {}

  /**
   * The verb of a command line that begins with it. Of two operands {@code diff} compares images;
   * of one, which is a container, somebody else does.
   */
  static Optional<Verb> simple(List<String> words) {
    String name = words.getFirst();
    return Optional.ofNullable(
        switch (name) {
          case "push" -> new PushVerb(name);
          case "save" -> new SaveVerb(name);
          case "load" -> new LoadVerb(name);
          case "import" -> new ImportVerb(name);
          case "search" -> new SearchVerb();
          case "diff" -> operands(words) == 2 ? new DiffVerb() : null;
          case "prune" -> new PruneVerb(PruneVerb.Kind.UNNAMED);
          default -> null;
        });
  }

  private static long operands(List<String> words) {
    return words.stream().skip(1).filter(word -> !word.startsWith("-")).count();
  }

  /** The verbs of a group that is made here; none when it is another's. */
  static List<String> commands(String group) {
    return switch (group) {
      case "registry" -> List.of("serve");
      case "manifest" -> ManifestVerb.COMMANDS;
      case "cache" -> CacheVerb.COMMANDS;
      case "store" -> List.of("fsck");
      default -> List.of();
    };
  }

  /** A verb of a group. */
  static Optional<Verb> member(String group, String name) {
    return Optional.ofNullable(
        switch (group + " " + name) {
          case "image import" -> new ImportVerb("image import");
          case "manifest annotate",
              "manifest create",
              "manifest inspect",
              "manifest push",
              "manifest referrers",
              "manifest rm" ->
              new ManifestVerb(name);
          case "image push" -> new PushVerb("image push");
          case "image save" -> new SaveVerb("image save");
          case "image load" -> new LoadVerb("image load");
          case "image prune" -> new PruneVerb(PruneVerb.Kind.IMAGES);
          case "builder prune" -> new PruneVerb(PruneVerb.Kind.CACHE);
          case "system prune" -> new PruneVerb(PruneVerb.Kind.SYSTEM);
          case "system df" -> new DiskUsageVerb();
          case "cache export", "cache import", "cache ls" -> new CacheVerb(name);
          case "store fsck" -> new FsckVerb();
          case "registry serve" -> new RegistryServeVerb();
          case "registry gc" -> new RegistryGcVerb();
          default -> null;
        });
  }
}
