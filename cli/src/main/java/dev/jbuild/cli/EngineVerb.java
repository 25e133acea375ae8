package dev.jbuild.cli;

/** A verb of containers, volumes or networks: its failures read as docker's daemon says them. */
interface EngineVerb extends Verb {
  /** What tutorials and scripts look for. */
  String ERROR = "Error response from daemon: ";

  /** A failure that does not come from below but from the verb itself. */
  static CommandException failure(String text) {
    return new CommandException(ERROR + text, 1);
  }

  @Override
  default String errorPrefix() {
    return ERROR;
  }

  @Override
  default String usagePrefix() {
    return "jbuild: ";
  }

  @Override
  default boolean endsByInterrupt() {
    return true;
  }
}
