package dev.jbuild.parser;

import java.util.List;

/** How a command line was written: {@code CMD a b} or {@code CMD ["a", "b"]}. */
public sealed interface Command {
  /** A line for the shell. */
  record Shell(String line) implements Command {}

  /** Words for exec. */
  record Exec(List<String> argv) implements Command {
    public Exec {
      argv = List.copyOf(argv);
    }
  }
}
