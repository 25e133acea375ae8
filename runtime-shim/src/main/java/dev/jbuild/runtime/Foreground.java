package dev.jbuild.runtime;

import java.nio.file.Path;

/** One sandbox for a user who sits in front of it. */
public final class Foreground {
  private Foreground() {}

  /**
   * Runs a sandbox on this process's own stdin, stdout and stderr until it ends.
   *
   * @param tty give it a terminal of its own, resized with ours
   * @param stdin pass our stdin on; else it reads nothing
   * @return what {@code docker run} would: its own code, 128 and the signal, or 125 to 127 after a
   *     line on stderr when it could not be started
   */
  @SuppressWarnings("DoNotCallSuggester")
  public static int run(Path binary, Sandbox sandbox, boolean tty, boolean stdin)
      throws InterruptedException {
    throw new ShimException("not there yet: " + binary + sandbox + tty + stdin);
  }
}
