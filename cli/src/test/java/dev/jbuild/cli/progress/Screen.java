package dev.jbuild.cli.progress;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A small terminal: what a person would see after all that was written. */
final class Screen extends OutputStream {
  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private final StringBuilder escape = new StringBuilder();
  private int row;
  private int column;
  private int widest;
  boolean cursorHidden;

  @Override
  public void write(int b) {
    char c = (char) (b & 0xff);
    if (!escape.isEmpty() || c == 0x1b) {
      escape.append(c);
      if (escape.length() > 2 && c >= 0x40) {
        execute(escape.toString());
        escape.setLength(0);
      }
    } else if (c == '\n') {
      row++;
      column = 0;
      if (row == lines.size()) {
        lines.add(new StringBuilder());
      }
    } else if (c == '\r') {
      column = 0;
    } else {
      put(c);
    }
  }

  private void put(char c) {
    StringBuilder line = lines.get(row);
    while (line.length() <= column) {
      line.append(' ');
    }
    line.setCharAt(column++, c);
    widest = Math.max(widest, column);
  }

  private void execute(String sequence) {
    String parameter = sequence.substring(2, sequence.length() - 1);
    switch (sequence.charAt(sequence.length() - 1)) {
      case 'A' -> row -= Integer.parseInt(parameter);
      case 'K' -> cut(lines.get(row));
      case 'J' -> {
        cut(lines.get(row));
        lines.subList(row + 1, lines.size()).clear();
      }
      case 'h' -> cursorHidden = false;
      case 'l' -> cursorHidden = true;
      case 'm' -> {}
      default -> throw new AssertionError("unexpected sequence " + sequence);
    }
  }

  private void cut(StringBuilder line) {
    line.setLength(Math.min(line.length(), column));
  }

  int widest() {
    return widest;
  }

  @Override
  public String toString() {
    return String.join("\n", lines.stream().map(l -> l.toString().stripTrailing()).toList());
  }
}
