package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a Dockerfile into logical lines before the grammar sees it: comments and continuations go
 * (Dockerfile reference, "Format" and "Escape"), bodies of here-documents are taken out by whoever
 * finds their signs.
 */
final class LogicalLines {
  private final PhysicalLines lines;
  private final DirectiveZone directives;
  private final List<Integer> emptyContinuations = new ArrayList<>();
  private List<String> comments = new ArrayList<>();

  /**
   * @param escape the escape character, where no directive says another
   */
  LogicalLines(byte[] bytes, char escape) {
    this.lines = new PhysicalLines(bytes);
    this.directives = new DirectiveZone(escape);
  }

  /** Complete once the first line has been read. */
  Directives directives() {
    return directives.found();
  }

  char escape() {
    return directives.escape();
  }

  List<Integer> emptyContinuations() {
    return emptyContinuations;
  }

  /** The next instruction; empty at the end of the file. */
  Optional<LogicalLine> next() {
    while (lines.next()) {
      String raw = lines.text();
      String line = Blanks.trimStart(raw);
      boolean comment = line.startsWith("#");
      if (directives.take(line, lines.number())) {
        continue;
      }
      if (comment) {
        remember(raw);
      } else if (!line.isEmpty()) {
        return Optional.of(instruction(line));
      }
    }
    return Optional.empty();
  }

  /** An empty comment parts what is above it from the instruction. */
  private void remember(String raw) {
    String text = Blanks.trim(raw.substring(1));
    if (text.isEmpty()) {
      comments = new ArrayList<>();
    } else {
      comments.add(text);
    }
  }

  private LogicalLine instruction(String firstLine) {
    int first = lines.number();
    int cut = continued(firstLine);
    String text = firstLine;
    if (cut >= 0) {
      StringBuilder joined = new StringBuilder().append(firstLine, 0, cut);
      boolean emptyLine = join(joined);
      if (emptyLine) {
        emptyContinuations.add(lines.number());
      }
      text = joined.toString();
    }
    List<String> above = comments;
    comments = new ArrayList<>();
    return new LogicalLine(new Span(first, lines.number()), Blanks.trim(text), text, above);
  }

  /** Appends lines until one is not continued; tells whether there were empty ones. */
  private boolean join(StringBuilder joined) {
    boolean emptyLine = false;
    while (lines.next()) {
      String line = lines.text();
      String trimmed = Blanks.trimStart(line);
      if (trimmed.startsWith("#")) {
        continue;
      }
      if (trimmed.isEmpty()) {
        emptyLine = true;
        continue;
      }
      int cut = continued(line);
      joined.append(line, 0, cut < 0 ? line.length() : cut);
      if (cut < 0) {
        break;
      }
    }
    return emptyLine;
  }

  /**
   * Where the escape character at the end of a continued line stands; -1 where there is none. Two
   * of them do not continue a line, and neither do three (moby/buildkit has it so).
   */
  private int continued(String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
      end--;
    }
    char escape = directives.escape();
    if (end == 0 || line.charAt(end - 1) != escape) {
      return -1;
    }
    return end > 1 && line.charAt(end - 2) == escape ? -1 : end - 1;
  }

  /**
   * Reads the body of a here-document.
   *
   * @param at the instruction
   */
  Heredoc body(Heredoc sign, LogicalLine at) {
    StringBuilder content = new StringBuilder();
    while (lines.next()) {
      if (ends(lines.text(), sign)) {
        return sign.withContent(content.toString());
      }
      content.append(lines.whole());
    }
    throw new DockerfileException(
        at.span(),
        "unterminated heredoc",
        Optional.of(
            "no line after it is "
                + sign.name()
                + (sign.chomp() ? "" : " and nothing else; <<- allows tabs before it")));
  }

  private static boolean ends(String line, Heredoc sign) {
    int start = 0;
    while (sign.chomp() && start < line.length() && line.charAt(start) == '\t') {
      start++;
    }
    return line.length() - start == sign.name().length() && line.endsWith(sign.name());
  }

  /** The line that was read last. */
  int number() {
    return lines.number();
  }
}
