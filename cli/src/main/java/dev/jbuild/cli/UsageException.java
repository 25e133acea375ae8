package dev.jbuild.cli;

/** The command line is not as the verb wants it; the message is all that the user reads. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
