package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A problem with a Dockerfile, where it is, and what may help. */
public final class DockerfileException extends RuntimeException {
  private static final int AROUND = 2;

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

  /** The lines around the problem, marked. */
  public static String excerpt(String fileName, byte[] source, Span span) {
    String[] lines = new String(source, StandardCharsets.UTF_8).split("\n", -1);
    StringBuilder out = new StringBuilder(fileName + ":" + span.firstLine() + "\n");
    out.append("--------------------\n");
    int first = Math.max(1, span.firstLine() - AROUND);
    int last = Math.min(lines.length, span.lastLine() + AROUND);
    for (int i = first; i <= last; i++) {
      boolean marked = i >= span.firstLine() && i <= span.lastLine();
      String line = lines[i - 1];
      String shown = line.length() > 400 ? line.substring(0, 400) + "…" : line;
      out.append(String.format("%4d | %s %s%n", i, marked ? ">>>" : "   ", shown.stripTrailing()));
    }
    return out.append("--------------------\n").toString();
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
