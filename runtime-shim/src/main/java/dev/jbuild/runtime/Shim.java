package dev.jbuild.runtime;

import java.nio.file.Path;

/**
 * One long-lived shim process that runs sandboxes, many at a time. When this process dies, in
 * whatever way, the shim ends all of them; nothing stays mounted.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Shim implements AutoCloseable {
  private Shim() {}

  /** A sandbox that has been started. */
  public interface Running {
    /** Waits for the end; all output has been delivered by then. */
    ExitStatus await() throws InterruptedException;

    /** Ends every process of the sandbox. */
    void kill();
  }

  /** Starts the shim. */
  public static Shim start(Path binary) {
    throw new ShimException("not there yet: " + binary);
  }

  /** Starts a sandbox and returns at once. */
  public Running run(Sandbox sandbox, OutputSink out) {
    throw new ShimException("not there yet: " + sandbox + out);
  }

  /** Ends all sandboxes, and the shim. */
  @Override
  public void close() {}
}
