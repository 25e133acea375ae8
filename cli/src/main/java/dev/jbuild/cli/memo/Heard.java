package dev.jbuild.cli.memo;

import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.solve.BuildListener;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a build said, on its way to the display. */
public final class Heard implements BuildListener {
  private final BuildListener display;
  private final List<BuildEvent> events = new ArrayList<>();

  public Heard(BuildListener display) {
    this.display = display;
  }

  @Override
  public void on(BuildEvent event) {
    switch (event) {
      case BuildEvent.Planned _, BuildEvent.Started _, BuildEvent.Warned _, BuildEvent.Done _ ->
          events.add(event);
      case BuildEvent.Finished(_, Outcome outcome) -> {
        if (outcome instanceof Outcome.Ran || outcome instanceof Outcome.Cached) {
          events.add(event);
        }
      }
      default -> {
        // bytes that moved, words of programs: there are none when nothing runs
      }
    }
    display.on(event);
  }

  public List<BuildEvent> events() {
    return List.copyOf(events);
  }
}
