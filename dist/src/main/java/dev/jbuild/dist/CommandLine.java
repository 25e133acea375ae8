package dev.jbuild.dist;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;

/** The command line as {@code jbuild help --format json} says it. */
record CommandLine(String version, List<Group> groups, List<Command> commands) {

  /** A word that has verbs below it, e.g. {@code image}. */
  record Group(String name, List<Command> commands) {}

  /** A verb by its whole name, e.g. {@code image ls}. */
  record Command(String name, String operands, String summary, List<Option> options) {
    String lastWord() {
      return name.substring(name.lastIndexOf(' ') + 1);
    }
  }

  /**
   * An option.
   *
   * @param value what it takes; empty for a flag
   */
  record Option(List<String> names, String value, boolean repeatable, String text) {
    boolean isFlag() {
      return value.isEmpty();
    }

    boolean takesFile() {
      return value.matches("(file|dir|path|folder).*") || names.contains("--root");
    }
  }

  /** Before every verb; these are read by hand in cli and so not in its data. */
  static final List<Option> GLOBAL =
      List.of(
          new Option(List.of("--root"), "dir", false, "Where images are kept"),
          new Option(List.of("-D", "--debug"), "", false, "Say more when something goes wrong"),
          new Option(List.of("-v", "--version"), "", false, "Print the version"),
          new Option(List.of("--help"), "", false, "Print help"));

  static CommandLine parse(String json) {
    Json.Obj root = Json.parseObject(json);
    List<Group> groups = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    for (Json.Obj each : root.objects("commands")) {
      if (each.get("commands").isPresent()) {
        groups.add(
            new Group(
                text(each, "name"),
                each.objects("commands").stream().map(CommandLine::command).toList()));
      } else {
        commands.add(command(each));
      }
    }
    return new CommandLine(text(root, "version"), groups, commands);
  }

  private static Command command(Json.Obj from) {
    return new Command(
        text(from, "name"),
        text(from, "operands"),
        text(from, "summary"),
        from.objects("options").stream()
            .map(option ->
                new Option(
                    option.texts("names"),
                    text(option, "value"),
                    option.flag("repeatable"),
                    text(option, "text")))
            .toList());
  }

  private static String text(Json.Obj from, String name) {
    return from.text(name)
        .orElseThrow(() -> new IllegalArgumentException("no " + name + " in " + from.compact()));
  }

  /** All verbs, also those in groups. */
  List<Command> all() {
    List<Command> all = new ArrayList<>(commands);
    groups.forEach(group -> all.addAll(group.commands()));
    return all;
  }
}
