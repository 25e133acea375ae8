package dev.jbuild.cli;

import java.util.List;

/** Says what there is in a group of verbs, e.g. {@code image}. */
final class GroupVerb implements Verb {
  private final String group;
  private final List<String> commands;

  GroupVerb(String group, List<String> commands) {
    this.group = group;
    this.commands = commands;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(group, "COMMAND", "").operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) {
    session.out().println("Usage:  jbuild " + group + " COMMAND\n\nCommands:");
    for (String command : commands) {
      session.out().println("  " + command);
    }
    session.out().println("\nRun 'jbuild " + group + " COMMAND --help' for more on a command.");
    return 0;
  }
}
