package dev.jbuild.copy;

/** A COPY or ADD cannot be done; the message is for the Dockerfile's author. */
public final class CopyException extends RuntimeException {
  public CopyException(String message) {
    super(message);
  }

  CopyException(String message, Throwable cause) {
    super(message, cause);
  }
}
