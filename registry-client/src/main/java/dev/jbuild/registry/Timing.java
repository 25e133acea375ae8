package dev.jbuild.registry;

import java.time.Duration;

/**
 * How long a registry is waited for, and how often it is asked again.
 *
 * @param idle how long nothing at all may move on a connection
 * @param commit how long a registry may think when it has been sent a whole blob
 * @param backoff the pause before the first repetition; it doubles each time
 * @param patience the longest Retry-After that is obeyed
 * @param attempts of one request, or of one blob without a byte of progress
 */
record Timing(
    Duration connect,
    Duration idle,
    Duration commit,
    Duration backoff,
    Duration patience,
    int attempts) {
  static final Timing USUAL =
      new Timing(
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofMinutes(10),
          Duration.ofMillis(500),
          Duration.ofMinutes(2),
          5);

  /** The pause after so many failures: doubling, at most 30 seconds, and never in step. */
  Duration pause(int failures) {
    long full = Math.min(30_000, backoff.toMillis() << Math.min(failures - 1, 16));
    return Duration.ofMillis(full * 3 / 4 + (long) (Math.random() * full / 4));
  }
}
