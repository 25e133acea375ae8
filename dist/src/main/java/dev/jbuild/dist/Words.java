package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be written in each place of a call: {@code images}, {@code containers}, {@code things}
 * (both), {@code volumes}, {@code networks}, {@code files}, {@code paths} (those of containers
 * too), {@code verbs} or {@code none}.
 */
final class Words {
  /** By option; where an option is of two kinds, with what its value is called. */
  private static final Map<String, String> CHOICES =
      Map.ofEntries(
          Map.entry("--progress", "auto plain tty quiet rawjson none"),
          Map.entry("--pull", "always missing never"),
          Map.entry("--restart", "no always unless-stopped on-failure on-unhealthy"),
          Map.entry("--compression", "gzip zstd uncompressed"),
          Map.entry("--call", "build check outline targets"),
          Map.entry("--log-driver", "json-file local none"),
          Map.entry("--type", "container image volume"),
          Map.entry("--allow", "network.host security.insecure"),
          Map.entry("--platform", "linux/amd64 linux/arm64"),
          Map.entry("--signal", "HUP INT KILL QUIT TERM USR1 USR2"),
          Map.entry("--stop-signal", "HUP INT KILL QUIT TERM USR1 USR2"),
          Map.entry("--attach", "stdin stdout stderr"),
          Map.entry("--network mode", "default host none"),
          Map.entry("--network network", "@networks"));

  private Words() {}

  /** The values of an option, or {@code @networks}; nothing where they have no list. */
  static Optional<String> choices(Option option) {
    for (String name : option.names()) {
      for (String key : List.of(name, name + " " + option.value())) {
        if (CHOICES.containsKey(key) && !option.isFlag()) {
          return Optional.of(CHOICES.getOrDefault(key, ""));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The kind of each operand. One with a plus stands for itself and all that follow; after the last
   * one without it nothing can follow.
   */
  static List<String> operands(Command command) {
    if (command.operands().startsWith("CONTAINER:")) {
      return List.of("paths", "paths");
    }
    List<String> kinds = new ArrayList<>();
    for (String word : command.operands().split(" ", -1)) {
      if (!word.isEmpty() && !word.equals("|") && !word.equals("-")) {
        kinds.add(kind(word, command) + (word.contains("...") ? "+" : ""));
      }
    }
    return kinds;
  }

  /** Is what follows the first operand the command line of another program? */
  static boolean startsProgram(Command command) {
    return command.operands().contains("COMMAND") && !command.name().equals("help");
  }

  private static String kind(String word, Command command) {
    String plain = word.replaceAll("[\\[\\].]+", " ").strip();
    String group = command.name().replaceFirst(" .*", "");
    boolean create = command.lastWord().equals("create");
    return switch (plain.replaceFirst("[ :|].*", "")) {
      case "CONTAINER" -> "containers";
      case "IMAGE", "SOURCE_IMAGE", "TARGET_IMAGE", "REPOSITORY", "LIST" -> "images";
      case "NAME" -> plain.contains("ID") ? named(group) : "images";
      case "VOLUME" -> create ? "none" : "volumes";
      case "NETWORK" -> create ? "none" : "networks";
      case "PATH", "FILE", "ARG" -> "files";
      case "COMMAND" -> command.name().equals("help") ? "verbs" : "files";
      default -> "none";
    };
  }

  private static String named(String group) {
    return switch (group) {
      case "image" -> "images";
      case "container" -> "containers";
      default -> "things";
    };
  }
}
