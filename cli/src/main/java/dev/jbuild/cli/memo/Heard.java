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
    boolean moved = event instanceof BuildEvent.Output || event instanceof BuildEvent.Transfer;
    boolean failed =
        event instanceof BuildEvent.Finished(_, Outcome outcome)
            && !(outcome instanceof Outcome.Ran || outcome instanceof Outcome.Cached);
    if (!moved && !failed) {
      events.add(event);
    }
    display.on(event);
  }

  public List<BuildEvent> events() {
    return List.copyOf(events);
  }
}
