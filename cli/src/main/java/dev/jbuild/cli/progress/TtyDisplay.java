package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Rows that are redrawn in place: one for each step with its time, below it what it moves, and for
 * running steps the last lines of their output.
 *
 * <p>Each frame is one write, with the cursor hidden only inside it, so that a killed build leaves
 * the terminal usable.
 */
final class TtyDisplay implements ProgressDisplay {
  private static final int OUTPUT_ROWS = 6;
  private static final int KEPT_LINES = 5_000;
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String ERASE_LINE = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";

  private final OutputStream out;
  private final LongSupplier nanoTime;
  private final Supplier<Terminal.Size> size;
  private final Style style;
  private final boolean expandWarnings;
  private final Trace trace = new Trace(KEPT_LINES);
  private boolean closed;
  private final long began;
  private int drawnRows;
  private boolean changed = true;

  /** A row; {@code output} is shown below it while it fits. */
  private record Row(
      String name, String status, long nanos, Look look, boolean open, List<String> output) {}

  private enum Look {
    RUNNING,
    ENDED,
    CANCELED,
    FAILED
  }

  TtyDisplay(
      OutputStream out,
      LongSupplier nanoTime,
      Supplier<Terminal.Size> size,
      Style style,
      boolean expandWarnings) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.size = size;
    this.style = style;
    this.expandWarnings = expandWarnings;
    this.began = nanoTime.getAsLong();
  }

  @Override
  public synchronized void on(BuildEvent event) {
    trace.update(event, nanoTime.getAsLong());
    changed = true;
  }

  /** Draws a frame. */
  synchronized void tick() {
    if (changed || trace.ended() < trace.steps.size()) {
      draw(false);
      changed = false;
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!trace.steps.isEmpty()) {
      draw(true);
    }
    try {
      ByteArrayOutputStream end = new ByteArrayOutputStream();
      trace.reportFailures(end);
      trace.reportWarnings(end, style, expandWarnings);
      end.writeTo(out);
      out.flush();
    } catch (IOException _) {
      // the terminal is gone; the build's result stands
    }
  }

  private void draw(boolean last) {
    Terminal.Size terminal = size.get();
    long now = nanoTime.getAsLong();
    List<Row> rows = rows(now, terminal.columns());
    if (!last) {
      rows = fit(rows, terminal.rows());
    }
    StringBuilder frame = new StringBuilder(HIDE_CURSOR);
    if (drawnRows > 0) {
      frame.append("\u001b[").append(drawnRows).append('A');
    }
    frame.append('\r').append(heading(now, last)).append(ERASE_LINE).append('\n');
    drawnRows = 1;
    for (Row row : rows) {
      append(frame, row, terminal.columns(), last);
    }
    frame.append(ERASE_BELOW).append(SHOW_CURSOR);
    try {
      out.write(frame.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException _) {
      // the terminal is gone; the build goes on
    }
  }

  private String heading(long now, boolean last) {
    int ended = trace.ended();
    int total = trace.total();
    String finished = last && ended > 0 && ended == total ? " FINISHED" : "";
    return "[+] Building "
        + Figures.seconds(now - began, 1)
        + "s ("
        + ended
        + "/"
        + total
        + ")"
        + finished;
  }

  private void append(StringBuilder frame, Row row, int columns, boolean last) {
    String prefix = " => ";
    long tenth = 100_000_000L;
    String timer = " " + Figures.seconds(row.nanos < tenth / 2 ? 0 : row.nanos, 1) + "s";
    int left = columns - prefix.length() - timer.length() - 2;
    String status = "";
    if (!row.status.isEmpty() && left + row.status.length() > 20) {
      status = " " + row.status;
      left -= status.length();
    }
    if (left < 12) {
      return; // no room for anything that could be read
    }
    String text = prefix + Columns.clip(row.name, left) + status;
    String line = Columns.align(text, timer, columns - 1);
    frame.append(
        switch (row.look) {
          case RUNNING -> line;
          case ENDED -> style.ended(line);
          case CANCELED -> style.canceled(line);
          case FAILED -> style.failed(line);
        });
    frame.append(ERASE_LINE).append('\n');
    drawnRows++;
    if (!last) {
      for (String output : row.output) {
        frame.append(style.faint(" => => # " + output)).append(ERASE_LINE).append('\n');
        drawnRows++;
      }
    }
  }

  private List<Row> rows(long now, int columns) {
    List<Row> rows = new ArrayList<>();
    for (Step step : trace.steps.values()) {
      long end = step.running() ? now : step.ended;
      List<String> output =
          step.running() && !step.tail.isEmpty()
              ? step.tail.lastRows(OUTPUT_ROWS, columns - 10)
              : List.of();
      Look look = step.outcome.map(TtyDisplay::look).orElse(Look.RUNNING);
      rows.add(new Row(name(step), "", end - step.started, look, step.running(), output));
      for (Step.Move move : step.moves.values()) {
        boolean open = !move.done() && step.running();
        rows.add(
            new Row(
                "=> " + move.label(),
                move.amount(),
                (open ? now : move.ended()) - move.started(),
                open ? Look.RUNNING : Look.ENDED,
                open,
                List.of()));
      }
    }
    return rows;
  }

  private static String name(Step step) {
    if (step.outcome.isEmpty()) {
      return step.title;
    }
    Outcome outcome = step.outcome.get();
    if (outcome instanceof Outcome.Ran) {
      return step.title;
    }
    if (outcome instanceof Outcome.Cached) {
      return "CACHED " + step.title;
    }
    return (outcome instanceof Outcome.Canceled ? "CANCELED " : "ERROR ") + step.title;
  }

  private static Look look(Outcome outcome) {
    if (outcome instanceof Outcome.Canceled) {
      return Look.CANCELED;
    }
    return outcome instanceof Outcome.Failed ? Look.FAILED : Look.ENDED;
  }

  /**
   * Leaves out what the terminal has no room for: output windows first, then the oldest rows, but a
   * row that is still running takes the place of one that has ended.
   */
  private static List<Row> fit(List<Row> all, int height) {
    int room = Math.max(1, height - 2);
    int open = 0;
    for (Row row : all) {
      open += row.open ? 1 : 0;
    }
    int free = room - open;
    int hidden = 0;
    List<Row> rows = new ArrayList<>();
    for (Row row : all) {
      boolean window = !row.output.isEmpty() && free > row.output.size();
      if (window) {
        free -= row.output.size();
        hidden += row.output.size();
        rows.add(row);
      } else {
        rows.add(new Row(row.name, row.status, row.nanos, row.look, row.open, List.of()));
      }
    }
    int tooMany = rows.size() - Math.max(1, room - hidden);
    for (int i = 0; i < rows.size() && tooMany > 0; ) {
      if (rows.get(i).open) {
        i++;
      } else {
        rows.remove(i);
        tooMany--;
      }
    }
    return tooMany > 0 ? rows.subList(tooMany, rows.size()) : rows;
  }
}
