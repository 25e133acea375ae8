package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildListener;

/**
 * Shows a build while it runs; closed when the build has ended, well or not, and then shows what
 * stays: the rows, the output of failed steps, the warnings.
 */
public interface ProgressDisplay extends BuildListener, AutoCloseable {
  @Override
  void close();
}
