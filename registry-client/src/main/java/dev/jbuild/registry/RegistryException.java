package dev.jbuild.registry;

import java.util.List;

/**
 * A registry did not do what was asked of it. The message says what, where and what to do; it never
 * holds a secret, and {@link #request} has no query string, which may be a signature.
 */
public final class RegistryException extends RuntimeException {
  private final int status;
  private final String request;
  private final transient List<Problem> problems;

  /** One of the registry's own errors (distribution-spec, Error Codes). */
  public record Problem(String code, String message) {
    @Override
    public String toString() {
      return message.isEmpty() || message.equals(code) ? code : code + ": " + message;
    }
  }

  /** A failure without an answer, or with an answer that makes no sense. */
  public RegistryException(String message) {
    this(message, 0, "", List.of());
  }

  RegistryException(String message, int status, String request, List<Problem> problems) {
    super(message);
    this.status = status;
    this.request = request;
    this.problems = List.copyOf(problems);
  }

  RegistryException causedBy(Throwable cause) {
    initCause(cause);
    return this;
  }

  /** The HTTP status of the answer; 0 where there was no answer or its content was refused. */
  public int status() {
    return status;
  }

  /** Method and URL without query; empty where no request was made. */
  public String request() {
    return request;
  }

  /** What the registry itself said. */
  public List<Problem> problems() {
    return problems;
  }

  /** Tells whether the registry says that there is no such name, manifest or blob. */
  public boolean isNotFound() {
    return status == 404;
  }

  /** Tells whether other credentials are needed. */
  public boolean isDenied() {
    return status == 401 || status == 403;
  }
}
