package dev.jbuild.cli;

import java.util.Optional;

/** One thing to do: parses and prints, and leaves the work to the modules below. */
interface Verb {
  Syntax syntax();

  /** The exit code when all was done from what is remembered, before the syntax is even made. */
  default Optional<Integer> known(Session session) throws Exception {
    return Optional.empty();
  }

  /**
   * Does it.
   *
   * @return the exit code
   */
  int run(Arguments arguments, Session session) throws Exception;

  /** What stands before the message of a failure. */
  default String errorPrefix() {
    return "jbuild: ";
  }

  /** What a command line that can't be read is said with. */
  default String usagePrefix() {
    return errorPrefix();
  }

  /** The same, when it was the engine that refused. */
  default String enginePrefix() {
    return errorPrefix();
  }

  /** Whether ^C is a usual end of it, of which nobody has to be told. */
  default boolean endsByInterrupt() {
    return false;
  }

  /** The exit code of a failure. */
  default int failureExitCode() {
    return 1;
  }

  /** The exit code of a command line that is not understood. */
  default int usageExitCode() {
    return 1;
  }
}
