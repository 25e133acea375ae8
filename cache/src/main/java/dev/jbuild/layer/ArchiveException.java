package dev.jbuild.layer;

import java.io.IOException;

/** An archive that is broken, or that tries what no archive may. */
public final class ArchiveException extends IOException {
  /** What is wrong, in one line. */
  public ArchiveException(String message) {
    super(message);
  }
}
