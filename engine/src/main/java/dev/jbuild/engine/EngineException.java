package dev.jbuild.engine;

/** Something cannot be done with an image or a container. */
public class EngineException extends RuntimeException {
  private final int exitCode;

  public EngineException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** 125 where Docker's engine refuses, 1 elsewhere. */
  public int exitCode() {
    return exitCode;
  }
}
