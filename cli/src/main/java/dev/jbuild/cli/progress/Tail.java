package dev.jbuild.cli.progress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** The last lines of a step's output, each with the time since the step began. */
final class Tail {
  /** A line without end (a progress bar of carriage returns) must not fill the memory. */
  private static final int LONGEST_LINE = 64 << 10;

  private final int limit;
  private final Deque<byte[]> lines = new ArrayDeque<>();
  private final ByteArrayOutputStream open = new ByteArrayOutputStream();

  Tail(int limit) {
    this.limit = limit;
  }

  void add(byte[] bytes, long sinceStart) {
    for (byte b : bytes) {
      if (open.size() == 0) {
        open.writeBytes((Figures.stamp(sinceStart) + " ").getBytes(StandardCharsets.US_ASCII));
      }
      if (b == '\n') {
        endLine();
      } else if (open.size() < LONGEST_LINE) {
        open.write(b);
      }
    }
  }

  boolean isEmpty() {
    return lines.isEmpty() && open.size() == 0;
  }

  private void endLine() {
    lines.addLast(open.toByteArray());
    open.reset();
    if (lines.size() > limit) {
      lines.removeFirst();
    }
  }

  /** Writes the kept lines, each with its end of line. */
  void writeTo(OutputStream out) throws IOException {
    for (byte[] line : lines) {
      out.write(line);
      out.write('\n');
    }
    if (open.size() > 0) {
      open.writeTo(out);
      out.write('\n');
    }
  }

  /** The last lines as a terminal of this width would show them, without their times. */
  List<String> lastRows(int count, int columns) {
    List<String> rows = new ArrayList<>();
    if (open.size() > 0) {
      addRow(rows, open.toByteArray(), columns);
    }
    var backwards = lines.descendingIterator();
    while (rows.size() < count && backwards.hasNext()) {
      addRow(rows, backwards.next(), columns);
    }
    Collections.reverse(rows);
    return rows;
  }

  private static void addRow(List<String> rows, byte[] line, int columns) {
    String text = new String(line, StandardCharsets.UTF_8);
    String row = Columns.clip(Columns.plain(text.substring(text.indexOf(' ') + 1)), columns);
    if (!row.isBlank()) {
      rows.add(row);
    }
  }
}
