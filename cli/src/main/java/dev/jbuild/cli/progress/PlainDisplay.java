package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines, each with the number of its step; nothing is ever left out of a step's output.
 *
 * <p>Steps run at the same time, but lines of different steps mixed are unreadable: one step at a
 * time is printed as it happens, and what others say waits until that one ends, is silent for a
 * while, or has had its turn.
 */
final class PlainDisplay implements ProgressDisplay {
  private static final long SECOND = 1_000_000_000L;
  private static final long SILENCE = SECOND;
  private static final long TURN = 5 * SECOND;
  private static final int KEPT_LINES = 10;

  private final OutputStream out;
  private final LongSupplier nanoTime;
  private final boolean expandWarnings;
  private final Trace trace = new Trace(KEPT_LINES);
  private boolean closed;
  private final Map<Integer, Channel> channels = new HashMap<>();
  private final ByteArrayOutputStream page = new ByteArrayOutputStream();
  private @Nullable Channel current;
  private long lastWord;
  private long turnBegan;
  private boolean first = true;

  /** What one step has said and nobody has printed yet. */
  private static final class Channel {
    final Step step;
    final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    final Map<String, Long> lastAmounts = new HashMap<>();
    boolean toShow = true;
    boolean midLine;

    Channel(Step step) {
      this.step = step;
    }

    void line(String text) {
      endLine();
      waiting.writeBytes(("#" + step.number + " " + text + "\n").getBytes(StandardCharsets.UTF_8));
      toShow = true;
    }

    void output(byte[] bytes, long sinceStart) {
      for (byte b : bytes) {
        if (!midLine) {
          String prefix = "#" + step.number + " " + Figures.stamp(sinceStart) + " ";
          waiting.writeBytes(prefix.getBytes(StandardCharsets.US_ASCII));
        }
        waiting.write(b);
        midLine = b != '\n';
      }
      toShow = true;
    }

    void endLine() {
      if (midLine) {
        waiting.write('\n');
        midLine = false;
      }
    }
  }

  PlainDisplay(OutputStream out, LongSupplier nanoTime, boolean expandWarnings) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.expandWarnings = expandWarnings;
  }

  @Override
  public synchronized void on(BuildEvent event) {
    long now = nanoTime.getAsLong();
    Optional<Step> step = trace.update(event, now);
    if (step.isPresent()) {
      Channel channel = channels.computeIfAbsent(step.get().number, _ -> new Channel(step.get()));
      say(channel, event, now);
      if (current == null) {
        turnTo(channel, now);
      }
      if (current == channel) {
        print(channel, now);
      }
    }
    giveTurns(now);
    flush();
  }

  /** Lets waiting steps have their turn although nothing happens. */
  synchronized void tick() {
    giveTurns(nanoTime.getAsLong());
    flush();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      ByteArrayOutputStream end = new ByteArrayOutputStream();
      if (current != null) {
        current.endLine();
        print(current, nanoTime.getAsLong());
        current = null;
      }
      flush();
      trace.reportFailures(end);
      trace.reportWarnings(end, new Style(false), expandWarnings);
      out.write(end.toByteArray());
      out.flush();
    } catch (IOException _) {
      // nobody reads the progress any more; the build's result stands
    }
  }

  private static void say(Channel channel, BuildEvent event, long now) {
    if (event instanceof BuildEvent.Output(_, _, var bytes)) {
      channel.output(bytes, now - channel.step.started);
    } else if (event instanceof BuildEvent.Transfer transfer) {
      sayAmount(channel, transfer, now);
    } else if (event instanceof BuildEvent.Finished(_, var outcome)) {
      channel.line(ending(channel.step, outcome));
    }
  }

  private static void sayAmount(Channel channel, BuildEvent.Transfer transfer, long now) {
    Step.Move move = channel.step.moves.get(transfer.item());
    if (move == null) {
      return;
    }
    long last = channel.lastAmounts.getOrDefault(transfer.item(), move.started());
    if (!transfer.done() && now - last < SECOND) {
      return;
    }
    channel.lastAmounts.put(transfer.item(), now);
    long took = move.ended() - move.started();
    StringBuilder line = new StringBuilder(move.label());
    if (!move.amount().isEmpty()) {
      line.append(' ').append(move.amount());
    }
    if (took > SECOND / 100) {
      line.append(' ').append(Figures.seconds(took, 1)).append('s');
    }
    channel.line(line.append(transfer.done() ? " done" : "").toString());
  }

  private static String ending(Step step, Outcome outcome) {
    if (outcome instanceof Outcome.Cached) {
      return "CACHED";
    }
    if (outcome instanceof Outcome.Canceled) {
      return "CANCELED";
    }
    return outcome instanceof Outcome.Failed(var message)
        ? "ERROR: " + message
        : "DONE " + Figures.seconds(step.ended - step.started, 1) + "s";
  }

  private void giveTurns(long now) {
    while (true) {
      if (current != null && current.step.running()) {
        if (now - lastWord < SILENCE && now - turnBegan < TURN) {
          return;
        }
      } else {
        current = null;
      }
      Channel next = nextWaiting();
      if (next == null) {
        return;
      }
      turnTo(next, now);
      print(next, now);
    }
  }

  /** Steps that have ended first: they are printed whole. */
  private @Nullable Channel nextWaiting() {
    Channel running = null;
    for (Step step : trace.steps.values()) {
      Channel channel = channels.get(step.number);
      if (channel == null || channel == current || !channel.toShow) {
        continue;
      }
      if (!step.running()) {
        return channel;
      }
      running = running == null ? channel : running;
    }
    return running;
  }

  private void turnTo(Channel channel, long now) {
    Channel before = current;
    if (before != null) {
      before.endLine();
      before.waiting.writeBytes(
          ("#" + before.step.number + " ...\n").getBytes(StandardCharsets.US_ASCII));
      print(before, now);
    }
    if (!first) {
      page.write('\n');
    }
    first = false;
    page.writeBytes(
        ("#" + channel.step.number + " " + channel.step.title + "\n")
            .getBytes(StandardCharsets.UTF_8));
    current = channel;
    turnBegan = now;
  }

  private void print(Channel channel, long now) {
    page.writeBytes(channel.waiting.toByteArray());
    channel.waiting.reset();
    channel.toShow = false;
    lastWord = now;
  }

  private void flush() {
    if (page.size() == 0) {
      return;
    }
    try {
      page.writeTo(out);
      out.flush();
    } catch (IOException _) {
      // nobody reads the progress any more; the build goes on
    }
    page.reset();
  }
}
