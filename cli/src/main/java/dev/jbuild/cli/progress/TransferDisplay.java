package dev.jbuild.cli.progress;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The layers of a pull or push, as docker shows them: a row each, on a terminal with a bar that
 * moves in place, elsewhere a line for each new state.
 */
public final class TransferDisplay implements AutoCloseable {
  private static final long FRAME_NANOS = 80_000_000L;
  private static final int BAR = 50;

  private final OutputStream out;
  private final boolean live;
  private final int columns;
  private final SequencedMap<String, Row> rows = new LinkedHashMap<>();
  private int drawn;
  private long lastFrame;

  private record Row(String state, long current, long total) {}

  /** A display on a stream that is, or is not, a terminal. */
  public static TransferDisplay open(
      OutputStream out, boolean terminal, Map<String, String> environment) {
    return new TransferDisplay(out, terminal, terminal ? Terminal.size(environment).columns() : 80);
  }

  TransferDisplay(OutputStream out, boolean live, int columns) {
    this.out = out;
    this.live = live;
    this.columns = columns;
  }

  /** A layer reached a state, e.g. {@code Pull complete}. */
  public synchronized void state(String layer, String state) {
    Row before = rows.put(layer, new Row(state, 0, 0));
    if (live) {
      draw();
    } else if (before == null || !before.state.equals(state)) {
      write(layer + ": " + state + "\n");
    }
  }

  /** Bytes of a layer moved; {@code total} is negative where it is not known. */
  public synchronized void bytes(String layer, String state, long current, long total) {
    Row before = rows.put(layer, new Row(state, current, total));
    if (!live) {
      if (before == null || !before.state.equals(state)) {
        write(layer + ": " + state + "\n");
      }
      return;
    }
    long now = System.nanoTime();
    if (now - lastFrame >= FRAME_NANOS || total >= 0 && current >= total) {
      draw();
    }
  }

  /** A line that stays above or below the rows. */
  public synchronized void line(String text) {
    settle();
    write(text + "\n");
  }

  @Override
  public synchronized void close() {
    settle();
  }

  /** What has been drawn stays; rows to come are new ones. */
  private void settle() {
    if (live && !rows.isEmpty()) {
      draw();
    }
    rows.clear();
    drawn = 0;
  }

  private void draw() {
    lastFrame = System.nanoTime();
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append("\u001b[").append(drawn).append('A');
    }
    for (var row : rows.entrySet()) {
      String text = row.getKey() + ": " + text(row.getValue());
      frame.append('\r').append(Columns.clip(text, columns - 1)).append("\u001b[K\n");
    }
    drawn = rows.size();
    write(frame.toString());
  }

  private String text(Row row) {
    if (row.current <= 0 && row.total <= 0) {
      return row.state;
    }
    if (row.total <= 0) {
      return row.state + " " + Figures.bytes(row.current);
    }
    String amount = Figures.bytes(row.current) + "/" + Figures.bytes(row.total);
    int filled = (int) Math.min(BAR, BAR * row.current / row.total);
    String bar =
        filled >= BAR
            ? "=".repeat(BAR - 1) + ">"
            : "=".repeat(filled) + ">" + " ".repeat(BAR - 1 - filled);
    return columns > 100 ? row.state + " [" + bar + "]  " + amount : row.state + " " + amount;
  }

  private void write(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException _) {
      // nobody looks any more; the transfer goes on
    }
  }
}
