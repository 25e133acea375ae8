package dev.jbuild.cli;

/** One thing to do: parses and prints, and leaves the work to the modules below. */
interface Verb {
  Syntax syntax();

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

  /** The exit code of a failure. */
  default int failureExitCode() {
    return 1;
  }

  /** The exit code of a command line that is not understood. */
  default int usageExitCode() {
    return 1;
  }
}
