package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A problem with a Dockerfile, where it is, and what may help. */
public final class DockerfileException extends RuntimeException {
  private static final String RULER = "--------------------\n";
  private static final int LONGEST = 400;

  private final Span span;
  private final Optional<String> hint;

  public DockerfileException(Span span, String message, Optional<String> hint) {
    super(message);
    this.span = span;
    this.hint = hint;
  }

  public DockerfileException(Span span, String message) {
    this(span, message, Optional.empty());
  }

  public Span span() {
    return span;
  }

  /** Something to try. */
  public Optional<String> hint() {
    return hint;
  }

  /** The lines around the problem, marked: two of them where it is one line, else one. */
  public static String excerpt(String fileName, byte[] source, Span span) {
    String[] lines = new String(source, StandardCharsets.UTF_8).split("\n", -1);
    int first = Math.clamp(span.firstLine(), 1, lines.length);
    int last = Math.clamp(span.lastLine(), first, lines.length);
    StringBuilder out = new StringBuilder(fileName + ":" + first + "\n" + RULER);
    int from = first;
    int to = last;
    int wanted = first == last ? 4 : 2;
    for (int shown = 0; shown < wanted; shown++) {
      if (from > 1) {
        from--;
        shown++;
      }
      if (to < lines.length) {
        to++;
        shown++;
      }
    }
    for (int i = from; i <= to; i++) {
      String mark = i >= first && i <= last ? ">>>" : "   ";
      String line = lines[i - 1];
      String text = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
      out.append(String.format(" %3d | %s %s", i, mark, text).stripTrailing()).append('\n');
    }
    return out.append(RULER).toString();
  }

  /** Excerpt, message and hint, as shown to the author. */
  public String render(String fileName, byte[] source) {
    return excerpt(fileName, source, span)
        + "ERROR: "
        + fileName
        + ":"
        + span.firstLine()
        + ": "
        + getMessage()
        + hint.map(h -> "\n" + h).orElse("");
  }
}
