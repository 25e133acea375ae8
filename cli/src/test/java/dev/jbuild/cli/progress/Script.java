package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildListener;

/** Plays a build to a display, with a clock that moves only when told. */
final class Script {
  private long nanos = 1_000_000_000L;
  private final BuildListener[] display = new BuildListener[1];

  long nanoTime() {
    return nanos;
  }

  Script on(BuildListener listener) {
    display[0] = listener;
    return this;
  }

  Script after(int millis) {
    nanos += millis * 1_000_000L;
    return this;
  }

  Script planned(int steps) {
    return tell(new BuildEvent.Planned(steps));
  }

  Script started(int step, String title) {
    return tell(new BuildEvent.Started(step, title));
  }

  Script says(int step, String text) {
    return tell(new BuildEvent.Output(step, false, text.getBytes(UTF_8)));
  }

  Script moves(int step, String item, long current, long total) {
    return tell(new BuildEvent.Transfer(step, item, current, total, false));
  }

  Script moved(int step, String item, long total) {
    return tell(new BuildEvent.Transfer(step, item, total, total, true));
  }

  Script ran(int step) {
    return tell(new BuildEvent.Finished(step, new BuildEvent.Outcome.Ran()));
  }

  Script cached(int step) {
    return tell(new BuildEvent.Finished(step, new BuildEvent.Outcome.Cached()));
  }

  Script canceled(int step) {
    return tell(new BuildEvent.Finished(step, new BuildEvent.Outcome.Canceled()));
  }

  Script failed(int step, String why) {
    return tell(new BuildEvent.Finished(step, new BuildEvent.Outcome.Failed(why)));
  }

  Script warned(String rule, String message, int line) {
    return tell(new BuildEvent.Warned(rule, message, line));
  }

  private Script tell(BuildEvent event) {
    display[0].on(event);
    return this;
  }
}
