package dev.jbuild.solve;

import dev.jbuild.solve.BuildEvent.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/** Numbers the vertices and hands events on, one at a time. */
final class Events {
  private final BuildListener listener;
  private final AtomicInteger vertices = new AtomicInteger();

  Events(BuildListener listener) {
    this.listener = listener;
  }

  synchronized void send(BuildEvent event) {
    listener.on(event);
  }

  int start(String title) {
    int vertex = vertices.incrementAndGet();
    send(new BuildEvent.Started(vertex, title));
    return vertex;
  }

  void finish(int vertex, Outcome outcome) {
    send(new BuildEvent.Finished(vertex, outcome));
  }
}
