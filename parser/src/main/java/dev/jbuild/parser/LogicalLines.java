package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a Dockerfile into logical lines before the grammar sees it: directives, comments,
 * continuations, here-documents (Dockerfile reference, "Parser directives" and "Escape").
 */
final class LogicalLines {
  private static final int MAX_LINE = 65535;

  private final String[] lines;
  private char escape = '\\';
  private int at;

  private LogicalLines(String[] lines) {
    this.lines = lines;
  }

  /** The lines of a file, and its escape character. */
  record Cut(char escape, List<LogicalLine> lines) {}

  static Cut cut(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\0') >= 0) {
      int line =
          (int) text.substring(0, text.indexOf('\0')).chars().filter(c -> c == '\n').count() + 1;
      throw new DockerfileException(
          new Span(line, line), "this is a binary file, not a Dockerfile");
    }
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    LogicalLines cutter = new LogicalLines(text.split("\n", -1));
    cutter.directives();
    List<LogicalLine> found = new ArrayList<>();
    for (Optional<LogicalLine> next = cutter.next(); next.isPresent(); next = cutter.next()) {
      found.add(next.get());
    }
    return new Cut(cutter.escape, found);
  }

  private void directives() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < lines.length; i++) {
      String line = physical(i).strip();
      int equals = line.indexOf('=');
      if (!line.startsWith("#") || equals < 0) {
        return;
      }
      String key = line.substring(1, equals).strip().toLowerCase(Locale.ROOT);
      String value = line.substring(equals + 1).strip();
      if (!Set.of("syntax", "escape", "check").contains(key) || value.isEmpty()) {
        return;
      }
      Span span = new Span(i + 1, i + 1);
      if (!seen.add(key)) {
        throw new DockerfileException(span, "only one " + key + " parser directive can be used");
      }
      if (key.equals("escape")) {
        if (!value.equals("\\") && !value.equals("`")) {
          throw new DockerfileException(
              span, "invalid escape token '" + value + "' does not match ` or \\");
        }
        escape = value.charAt(0);
      }
    }
  }

  private Optional<LogicalLine> next() {
    while (at < lines.length && (isComment(at) || physical(at).isBlank())) {
      at++;
    }
    if (at >= lines.length) {
      return Optional.empty();
    }
    int first = at;
    StringBuilder text = new StringBuilder();
    boolean continued = append(text, physical(at++).stripLeading());
    while (continued && at < lines.length) {
      if (isComment(at) || physical(at).isBlank()) {
        at++;
        continue;
      }
      continued = append(text, physical(at++));
    }
    int last = lastContent(first);
    String whole = text.toString().stripTrailing();
    List<Heredoc> heredocs = heredocs(first, whole);
    return Optional.of(
        new LogicalLine(new Span(first + 1, heredocs.isEmpty() ? last : at), whole, heredocs));
  }

  private int lastContent(int first) {
    return Math.max(first + 1, at == lines.length && lines[at - 1].isEmpty() ? at - 1 : at);
  }

  /** Adds a line, and says whether the next one continues it. */
  private boolean append(StringBuilder text, String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
      end--;
    }
    boolean continues =
        end > 0 && line.charAt(end - 1) == escape && (end == 1 || line.charAt(end - 2) != escape);
    text.append(line, 0, continues ? end - 1 : line.length());
    return continues;
  }

  private List<Heredoc> heredocs(int first, String text) {
    List<Heredoc> found = new ArrayList<>();
    if (text.indexOf("<<") < 0) {
      return found;
    }
    String[] words = text.split("[ \\t]+", 3);
    String keyword = words[0].toUpperCase(Locale.ROOT);
    String inner =
        keyword.equals("ONBUILD") && words.length > 1 ? words[1].toUpperCase(Locale.ROOT) : keyword;
    if (!Set.of("RUN", "COPY", "ADD").contains(inner)) {
      return found;
    }
    String rest = text.substring(text.indexOf(words[0]) + words[0].length());
    for (String word : WordSplitter.split(rest, escape)) {
      Optional<Heredoc> heredoc = word(word);
      if (heredoc.isPresent()) {
        found.add(body(first, heredoc.get()));
      }
    }
    return found;
  }

  /** {@code 3<<-"EOF"}: descriptor, chomp, name; any quote keeps the body from expansion. */
  private static Optional<Heredoc> word(String word) {
    int arrows = word.indexOf("<<");
    if (arrows < 0
        || !word.substring(0, arrows).chars().allMatch(Character::isDigit)
        || arrows > 8) {
      return Optional.empty();
    }
    String name = word.substring(arrows + 2);
    boolean chomp = name.startsWith("-");
    name = (chomp ? name.substring(1) : name).stripLeading();
    if (name.isEmpty() || name.indexOf('<') >= 0) {
      return Optional.empty();
    }
    String plain = name.replace("\"", "").replace("'", "");
    int fd = arrows == 0 ? 0 : Integer.parseInt(word.substring(0, arrows));
    return plain.isEmpty()
        ? Optional.empty()
        : Optional.of(new Heredoc(plain, fd, plain.equals(name), chomp, ""));
  }

  private Heredoc body(int first, Heredoc head) {
    StringBuilder content = new StringBuilder();
    while (at < lines.length) {
      String line = physical(at);
      boolean lastLine = at == lines.length - 1;
      String candidate = head.chomp() ? stripTabs(line) : line;
      at++;
      if (candidate.equals(head.name())) {
        return new Heredoc(head.name(), head.fd(), head.expand(), head.chomp(), content.toString());
      }
      content.append(lines[at - 1]);
      if (!lastLine) {
        content.append('\n');
      }
    }
    throw new DockerfileException(
        new Span(first + 1, first + 1),
        "unterminated heredoc",
        Optional.of("a line with " + head.name() + " alone must end it"));
  }

  private static String stripTabs(String line) {
    int tabs = 0;
    while (tabs < line.length() && line.charAt(tabs) == '\t') {
      tabs++;
    }
    return line.substring(tabs);
  }

  private boolean isComment(int index) {
    return lines[index].stripLeading().startsWith("#");
  }

  private String physical(int index) {
    String line = lines[index];
    if (line.length() > MAX_LINE) {
      throw new DockerfileException(
          new Span(index + 1, index + 1),
          "dockerfile line greater than max allowed size of " + MAX_LINE);
    }
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }
}
