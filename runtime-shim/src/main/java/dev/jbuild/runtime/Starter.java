package dev.jbuild.runtime;

import java.io.IOException;
import java.util.List;

/** Starts a program with pipes for its stdin and stdout, and with our stderr. */
public interface Starter {
  /** What every JVM has. */
  Starter JVM =
      words -> new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();

  /**
   * Starts a program.
   *
   * @param words its path, and its arguments
   */
  Process start(List<String> words) throws IOException;
}
