package dev.jbuild.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the verb of a command line; only that one is ever made. */
final class Verbs {
  private static final List<String> ALL =
      List.of(
          "build",
          "run",
          "images",
          "image",
          "rmi",
          "tag",
          "inspect",
          "history",
          "load",
          "import",
          "save",
          "pull",
          "push",
          "search",
          "login",
          "logout",
          "prune",
          "system",
          "store",
          "registry",
          "builder",
          "cache",
          "container",
          "volume",
          "network",
          "manifest",
          "ps",
          "create",
          "start",
          "stop",
          "restart",
          "kill",
          "rm",
          "exec",
          "logs",
          "attach",
          "wait",
          "cp",
          "port",
          "top",
          "stats",
          "events",
          "pause",
          "unpause",
          "rename",
          "update",
          "diff",
          "commit",
          "export",
          "version",
          "info",
          "parse",
          "help");

  private Verbs() {}

  /** A verb and what follows it on the command line. */
  record Call(Verb verb, List<String> arguments) {}

  /**
   * Finds the verb; without one, what looks like a build is a build.
   *
   * @throws UsageException when there is no such verb
   */
  static Call find(List<String> words) {
    String first = words.getFirst();
    Optional<Verb> verb = ImageVerbs.simple(words).or(() -> simple(first));
    if (verb.isPresent()) {
      return new Call(verb.get(), words.subList(1, words.size()));
    }
    if (isGroup(first)) {
      return inGroup(first, words.subList(1, words.size()));
    }
    if (looksLikeBuild(first)) {
      return new Call(new BuildVerb(), words);
    }
    throw unknown(first, ALL, "");
  }

  /** Every word that may come first, also those that name a group. */
  static List<String> names() {
    return ALL;
  }

  private static Optional<Verb> simple(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "build" -> new BuildVerb();
          case "images" -> new ImagesVerb(name);
          case "pull" -> new PullVerb();
          case "tag" -> new TagVerb();
          case "rmi" -> new RmiVerb(name);
          case "inspect" -> new InspectVerb(name);
          case "history" -> new HistoryVerb();
          case "parse" -> new ParseVerb();
          case "login" -> new LoginVerb();
          case "logout" -> new LogoutVerb();
          case "version" -> new VersionVerb();
          case "info" -> new InfoVerb(name);
          case "help" -> new HelpVerb();
          default -> ContainerVerbs.alone(name).orElse(null);
        });
  }

  private static Call inGroup(String group, List<String> words) {
    if (words.isEmpty() || words.getFirst().equals("--help") || words.getFirst().equals("-h")) {
      return new Call(new GroupVerb(group, commands(group)), List.of());
    }
    String name = words.getFirst();
    return new Call(
        member(group, name).orElseThrow(() -> unknown(name, commands(group), group + " ")),
        words.subList(1, words.size()));
  }

  private static boolean isGroup(String word) {
    return switch (word) {
      case "image",
          "system",
          "builder",
          "registry",
          "store",
          "cache",
          "container",
          "volume",
          "network",
          "manifest" ->
          true;
      default -> false;
    };
  }

  /** The verbs of a group; none when there is no such group. */
  static List<String> commands(String group) {
    if (!ContainerVerbs.names(group).isEmpty()) {
      return ContainerVerbs.names(group);
    }
    return switch (group) {
      case "image" ->
          List.of(
              "build", "history", "import", "inspect", "load", "ls", "prune", "pull", "push", "rm",
              "save", "tag");
      case "system" -> List.of("df", "info", "prune");
      case "builder" -> List.of("build", "prune");
      case "network" -> NetworkVerbs.names();
      default -> ImageVerbs.commands(group);
    };
  }

  private static Optional<Verb> member(String group, String name) {
    if (group.equals("network")) {
      return NetworkVerbs.member(name);
    }
    Optional<Verb> ofContainers = ContainerVerbs.member(group, name);
    if (ofContainers.isPresent()) {
      return ofContainers;
    }
    return switch (group + " " + name) {
      case "image build", "builder build" -> Optional.of(new BuildVerb());
      case "image ls" -> Optional.of(new ImagesVerb("image ls"));
      case "image pull" -> Optional.of(new PullVerb());
      case "image rm" -> Optional.of(new RmiVerb("image rm"));
      case "image inspect" -> Optional.of(new InspectVerb("image inspect"));
      case "image history" -> Optional.of(new HistoryVerb());
      case "image tag" -> Optional.of(new TagVerb());
      case "system info" -> Optional.of(new InfoVerb("system info"));
      default -> ImageVerbs.member(group, name);
    };
  }

  /** A flag, a path, or a folder that is there: nobody names a folder like a misspelt verb. */
  private static boolean looksLikeBuild(String word) {
    return word.startsWith("-")
        || word.equals(".")
        || word.indexOf('/') >= 0
        || Files.isDirectory(Path.of(word));
  }

  private static UsageException unknown(String word, List<String> known, String group) {
    String meant =
        Suggestions.closest(word, known).map(m -> "\nDid you mean '" + m + "'?").orElse("");
    return new UsageException(
        "'"
            + word
            + "' is not a jbuild "
            + group
            + "command"
            + meant
            + "\nSee 'jbuild "
            + group
            + "--help'");
  }
}
