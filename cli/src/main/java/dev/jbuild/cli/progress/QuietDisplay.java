package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongSupplier;

/** Silent, but for the output of a step that failed. */
final class QuietDisplay implements ProgressDisplay {
  private final OutputStream out;
  private final LongSupplier nanoTime;
  private final Trace trace = new Trace(50);
  private boolean closed;

  QuietDisplay(OutputStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void on(BuildEvent event) {
    trace.update(event, nanoTime.getAsLong());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      trace.reportFailures(out);
      out.flush();
    } catch (IOException _) {
      // nobody reads it; the exit code tells
    }
  }
}
