package dev.jbuild.fetch;

/** Something could not be fetched; the message is for the Dockerfile's author. */
public final class FetchException extends RuntimeException {
  public FetchException(String message) {
    super(message);
  }
}
