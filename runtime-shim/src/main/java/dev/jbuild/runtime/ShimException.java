package dev.jbuild.runtime;

/** The shim can't be found, started or talked to; the message says what to do. */
public final class ShimException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ShimException(String message) {
    super(message);
  }

  ShimException(String message, Throwable cause) {
    super(message, cause);
  }
}
