package dev.jbuild.plan;

import dev.jbuild.parser.Stage;

/** What COPY or a mount takes files from when it says {@code from}. */
public sealed interface Source {
  /** A stage of the same Dockerfile, defined earlier. */
  record OfStage(Stage stage) implements Source {}

  /** A named context, or else an image. */
  record External(String name) implements Source {}

  /** {@code scratch}: no files at all. */
  record Nothing() implements Source {}
}
