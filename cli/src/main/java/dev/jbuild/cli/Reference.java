package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The whole command line as data: what shell completions and manual pages are made from. */
final class Reference {
  private Reference() {}

  /** Every verb that there is, alone and in groups. */
  static Json.Obj of(String version) {
    List<Json> commands = new ArrayList<>();
    for (String name : Verbs.names()) {
      List<String> members = Verbs.commands(name);
      if (members.isEmpty()) {
        describe(name).ifPresent(commands::add);
      } else {
        List<Json> subcommands = new ArrayList<>();
        members.forEach(member -> describe(name + " " + member).ifPresent(subcommands::add));
        commands.add(Json.obj().with("name", name).with("commands", new Json.Arr(subcommands)));
      }
    }
    return Json.obj().with("version", version).with("commands", new Json.Arr(commands));
  }

  /** The verb by the name that it is called by here, which a synonym does not know. */
  private static Optional<Json> describe(String name) {
    try {
      return Optional.of(
          Verbs.find(List.of(name.split(" ", -1))).verb().syntax().describe().with("name", name));
    } catch (UsageException _) {
      // announced and not made yet
      return Optional.empty();
    }
  }
}
