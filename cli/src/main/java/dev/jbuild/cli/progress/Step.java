package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** One vertex as the displays know it. */
final class Step {
  final int number;
  final String title;
  final long started;
  final SequencedMap<String, Move> moves = new LinkedHashMap<>();
  Optional<BuildEvent.Outcome> outcome = Optional.empty();
  long ended;

  /** The last lines of output, for the report of a failure. */
  final Tail tail;

  /** Bytes on their way. */
  record Move(String item, long current, long total, boolean done, long started, long ended) {
    /** What moves, as a heading for the amount. */
    String label() {
      return item.startsWith("transferring ") && !item.endsWith(":") ? item + ":" : item;
    }

    /** {@code 1.20MB / 3.40MB}, or empty where nothing is known. */
    String amount() {
      if (total > 0) {
        return Figures.bytes(current) + " / " + Figures.bytes(total);
      }
      return current > 0 ? Figures.bytes(current) : "";
    }
  }

  Step(BuildEvent.Started event, long now, int keptLines) {
    this.number = event.vertex();
    this.title = oneLine(event.title());
    this.started = now;
    this.tail = new Tail(keptLines);
  }

  boolean running() {
    return outcome.isEmpty();
  }

  boolean failed() {
    return outcome.isPresent() && outcome.get() instanceof BuildEvent.Outcome.Failed;
  }

  void finish(BuildEvent.Outcome how, long now) {
    outcome = Optional.of(how);
    ended = now;
  }

  Move move(BuildEvent.Transfer event, long now) {
    Move before = moves.get(event.item());
    Move after =
        new Move(
            event.item(),
            event.current(),
            event.total(),
            event.done(),
            before == null ? now : before.started,
            now);
    moves.put(event.item(), after);
    return after;
  }

  /** Control characters would move the cursor of a live display. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      line.append(Character.isISOControl(text.charAt(i)) ? ' ' : text.charAt(i));
    }
    return line.toString();
  }
}
