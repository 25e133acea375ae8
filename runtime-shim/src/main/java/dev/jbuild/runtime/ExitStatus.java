package dev.jbuild.runtime;

/** How a sandbox ended. */
public sealed interface ExitStatus {
  /** The number a shell would show for it. */
  int code();

  /** The process left by itself. */
  record Exited(int code) implements ExitStatus {}

  /** A signal ended the process. */
  record Killed(int signal) implements ExitStatus {
    @Override
    public int code() {
      return 128 + signal;
    }
  }

  /**
   * The process never ran.
   *
   * @param step what was being set up, {@code exec} for the command itself
   * @param code 127 for a command that is not there, 126 for one that can't be executed, else 125
   */
  record Failed(String step, String message, int code) implements ExitStatus {
    /** Step and message in one line, as the shim prints it. */
    public String text() {
      return step + ": " + message;
    }
  }
}
