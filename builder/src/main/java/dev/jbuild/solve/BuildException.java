package dev.jbuild.solve;

import dev.jbuild.parser.Span;
import java.util.Optional;

/** A build failed; the message is for the Dockerfile's author. */
public final class BuildException extends RuntimeException {
  private final Optional<Span> span;

  public BuildException(String message) {
    super(message);
    this.span = Optional.empty();
  }

  public BuildException(Span span, String message) {
    super(message);
    this.span = Optional.of(span);
  }

  /** Where in the Dockerfile. */
  public Optional<Span> span() {
    return span;
  }
}
