package dev.jbuild.solve;

import dev.jbuild.oci.Digest;
import java.util.List;

/**
 * What happens during a build, for whoever shows it.
 *
 * <p>A vertex is one row of the display: a step of the Dockerfile or something internal, e.g. the
 * loading of the Dockerfile. Its number is unique in the build. Events of one vertex come in order
 * ({@code Started}, then any of {@code Output} and {@code Transfer}, then {@code Finished}), those
 * of different vertices interleave and come from different threads; listeners are called one at a
 * time.
 */
public sealed interface BuildEvent {
  /** How many steps the whole build shows; sent once planned, and again when it grows. */
  record Planned(int vertices) implements BuildEvent {}

  /**
   * A vertex began.
   *
   * @param title e.g. {@code [build 2/4] RUN make} or {@code [internal] load .dockerignore}
   */
  record Started(int vertex, String title) implements BuildEvent {}

  /** Bytes that a RUN wrote, unclipped; lines may be split anywhere. */
  record Output(int vertex, boolean stderr, byte[] bytes) implements BuildEvent {}

  /**
   * Bytes moved inside a vertex: a download, an upload, a copy.
   *
   * @param item what moves, e.g. {@code sha256:0123…} or {@code transferring context}
   * @param current bytes so far
   * @param total bytes in all; negative where unknown
   */
  record Transfer(int vertex, String item, long current, long total, boolean done)
      implements BuildEvent {}

  /** A vertex ended. */
  record Finished(int vertex, Outcome outcome) implements BuildEvent {}

  /** A build check found something; shown at the end. */
  record Warned(String rule, String message, int line) implements BuildEvent {}

  /** The build ended well: names given, and the image's id (the digest of its config). */
  record Done(Digest imageId, List<String> names) implements BuildEvent {}

  /** How a vertex ended. */
  sealed interface Outcome {
    /** It ran. */
    record Ran() implements Outcome {}

    /** Its result was in the cache. */
    record Cached() implements Outcome {}

    /** It was stopped because something else failed or the user ended the build. */
    record Canceled() implements Outcome {}

    /** It failed; the message is one line. */
    record Failed(String message) implements Outcome {}
  }
}
