package dev.jbuild.cli.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns as docker aligns them: each at least ten wide and three blanks from the next; the last is
 * not filled.
 */
public final class Table {
  private static final int LEAST_WIDTH = 10;
  private static final int GAP = 3;

  private final List<List<String>> rows = new ArrayList<>();

  /** Adds a row of cells. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /** Adds a row of cells. */
  public Table row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /** The aligned text, with an end of line after each row. */
  @Override
  public String toString() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        text.append(cell);
        if (i < row.size() - 1) {
          text.append(" ".repeat(widths[i] - length(cell)));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private int[] widths() {
    int columns = 0;
    for (List<String> row : rows) {
      columns = Math.max(columns, row.size());
    }
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size() - 1; i++) {
        widths[i] = Math.max(widths[i], Math.max(LEAST_WIDTH, length(row.get(i)) + GAP));
      }
    }
    return widths;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
