package dev.jbuild.store;

/** The local store cannot do what it was asked; the message says what, where and what to do. */
public final class StoreException extends RuntimeException {
  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
