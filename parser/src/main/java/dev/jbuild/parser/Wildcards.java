package dev.jbuild.parser;

import java.util.Arrays;

/**
 * The patterns of {@code ${v#p}} and kin: {@code ?} is a character, {@code *} any number of them,
 * but for line ends; a backslash takes them as they are (POSIX, "Pattern Matching Notation",
 * without brackets). Time grows with the length of the text times that of the pattern.
 */
final class Wildcards {
  private static final int ANY = -1;
  private static final int SERIES = -2;

  /** Code points, {@link #ANY} and {@link #SERIES}. */
  private final int[] parts;

  private Wildcards(int[] parts) {
    this.parts = parts;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException for a backslash before anything but {@code * ? \ / }}
   */
  static Wildcards parse(String pattern) {
    int[] points = pattern.codePoints().toArray();
    int[] parts = new int[points.length];
    int count = 0;
    for (int i = 0; i < points.length; i++) {
      int part =
          switch (points[i]) {
            case '*' -> SERIES;
            case '?' -> ANY;
            case '\\' -> escaped(pattern, points, ++i);
            default -> points[i];
          };
      if (part != SERIES || count == 0 || parts[count - 1] != SERIES) {
        parts[count++] = part;
      }
    }
    return new Wildcards(Arrays.copyOf(parts, count));
  }

  private static int escaped(String pattern, int[] points, int at) {
    if (at < points.length && "*?\\/}".indexOf(points[at]) >= 0) {
      return points[at];
    }
    String what = at < points.length ? Character.toString(points[at]) : "";
    throw new IllegalArgumentException(
        "invalid pattern (" + pattern + ") in substitution: invalid escape '\\" + what + "'");
  }

  /** The text without the shortest or longest match at its start. */
  String withoutPrefix(String text, boolean longest) {
    int[] points = text.codePoints().toArray();
    int end = endOfMatch(points, longest);
    return end < 0 ? text : new String(points, end, points.length - end);
  }

  /** The text without the shortest or longest match at its end. */
  String withoutSuffix(String text, boolean longest) {
    int[] points = reversed(text.codePoints().toArray());
    int end = new Wildcards(reversed(parts)).endOfMatch(points, longest);
    // what is left stands at the beginning again
    return end < 0 ? text : new String(reversed(points), 0, points.length - end);
  }

  private static int[] reversed(int[] points) {
    int[] copy = new int[points.length];
    for (int i = 0; i < points.length; i++) {
      copy[i] = points[points.length - 1 - i];
    }
    return copy;
  }

  private int endOfMatch(int[] points, boolean longest) {
    Match match = new Match(points, 0, 0);
    int end = -1;
    while (match.alive()) {
      if (match.start() >= 0) {
        end = match.at;
        if (!longest) {
          return end;
        }
      }
      if (!match.step()) {
        break;
      }
    }
    return end;
  }

  /** The text with the first match or all of them replaced; a match is as long as it can be. */
  String replace(String text, String replacement, boolean all) {
    int[] points = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    int copied = 0;
    int from = 0;
    while (from <= points.length) {
      int[] found = find(points, from);
      if (found.length == 0) {
        break;
      }
      append(out, points, copied, found[0]);
      // an empty match right behind another one does not count
      if (found[1] > copied || found[0] == 0) {
        out.append(replacement);
      }
      copied = found[1];
      from = Math.max(from + 1, copied);
      if (!all) {
        break;
      }
    }
    append(out, points, copied, points.length);
    return out.toString();
  }

  private static void append(StringBuilder out, int[] points, int from, int to) {
    for (int i = from; i < to; i++) {
      out.appendCodePoint(points[i]);
    }
  }

  /** Start and end of the leftmost match, the longest there; empty where there is none. */
  private int[] find(int[] points, int from) {
    Match match = new Match(points, from, Integer.MAX_VALUE);
    int[] found = {};
    while (match.alive()) {
      int start = match.start();
      if (start >= 0 && (found.length == 0 || start <= found[0])) {
        found = new int[] {start, match.at};
        match.forgetAfter(start);
      }
      if (!match.step()) {
        break;
      }
    }
    return found;
  }

  /** All the ways to match at once: for each part that may come next, where the match began. */
  private final class Match {
    private static final int NEVER = Integer.MAX_VALUE;

    private final int[] points;
    private int[] starts = new int[parts.length + 1];
    private int[] next = new int[parts.length + 1];
    private int lastStart;
    private int at;

    Match(int[] points, int from, int lastStart) {
      this.points = points;
      this.at = from;
      this.lastStart = lastStart;
      Arrays.fill(starts, NEVER);
      begin();
    }

    private void begin() {
      if (at <= lastStart) {
        reach(starts, 0, at);
      }
    }

    private void reach(int[] states, int part, int start) {
      for (int p = part; ; p++) {
        states[p] = Math.min(states[p], start);
        if (p == parts.length || parts[p] != SERIES) {
          return;
        }
      }
    }

    /** Where the match began that ends here; negative where none does. */
    int start() {
      int start = starts[parts.length];
      return start == NEVER ? -1 : start;
    }

    void forgetAfter(int start) {
      lastStart = start;
      for (int p = 0; p < starts.length; p++) {
        if (starts[p] > start) {
          starts[p] = NEVER;
        }
      }
    }

    boolean alive() {
      if (at < lastStart) {
        return true;
      }
      for (int start : starts) {
        if (start != NEVER) {
          return true;
        }
      }
      return false;
    }

    /** Goes one character on; false at the end. */
    boolean step() {
      if (at == points.length) {
        return false;
      }
      int point = points[at++];
      Arrays.fill(next, NEVER);
      for (int p = 0; p < parts.length; p++) {
        if (starts[p] == NEVER) {
          continue;
        }
        if (parts[p] == point || parts[p] == ANY && point != '\n') {
          reach(next, p + 1, starts[p]);
        } else if (parts[p] == SERIES && point != '\n') {
          reach(next, p, starts[p]);
        }
      }
      int[] swapped = starts;
      starts = next;
      next = swapped;
      begin();
      return true;
    }
  }
}
