package dev.jbuild.parser;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The top of a file, where comments may be directives. The first line that is none ends it for
 * good: an unknown directive, a plain comment, an empty line, an instruction.
 */
final class DirectiveZone {
  private static final Set<String> KNOWN = Set.of("syntax", "escape", "check");

  private final Map<String, String> found = new LinkedHashMap<>();
  private char escape;
  private boolean open = true;
  private boolean shebang;

  DirectiveZone(char escape) {
    this.escape = escape;
  }

  char escape() {
    return escape;
  }

  Directives found() {
    return new Directives(
        escape,
        Optional.ofNullable(found.get("syntax")).map(DirectiveZone::firstWord),
        Optional.ofNullable(found.get("check")).map(DirectiveZone::firstWord));
  }

  private static String firstWord(String value) {
    int blank = value.indexOf(' ');
    return blank < 0 ? value : value.substring(0, blank);
  }

  /**
   * Takes a line if it is a directive.
   *
   * @param line without blanks before it
   */
  boolean take(String line, int number) {
    if (!open) {
      return false;
    }
    if (number == 1 && line.startsWith("#!")) {
      // what comes after may still say syntax and check, but not escape
      shebang = true;
      return false;
    }
    Optional<Map.Entry<String, String>> directive =
        line.startsWith("#") ? parse(Blanks.trimStart(line.substring(1))) : Optional.empty();
    if (directive.isEmpty()) {
      open = false;
      return false;
    }
    String name = directive.get().getKey();
    if (shebang) {
      found.putIfAbsent(name, directive.get().getValue());
      return false;
    }
    Span span = new Span(number, number);
    if (found.putIfAbsent(name, directive.get().getValue()) != null) {
      throw new DockerfileException(span, "only one " + name + " parser directive can be used");
    }
    if (name.equals("escape")) {
      setEscape(directive.get().getValue(), span);
    }
    return true;
  }

  private void setEscape(String value, Span span) {
    if (!value.equals("\\") && !value.equals("`")) {
      throw new DockerfileException(
          span, "invalid escape token '" + value + "' does not match ` or \\");
    }
    escape = value.charAt(0);
  }

  /** Reads {@code name = value} if the name is one of a directive. */
  static Optional<Map.Entry<String, String>> parse(String text) {
    int end = 0;
    while (end < text.length() && isNamePart(text.charAt(end), end == 0)) {
      end++;
    }
    int equals = end;
    while (equals < text.length() && Blanks.isAscii(text.charAt(equals))) {
      equals++;
    }
    if (end == 0 || equals == text.length() || text.charAt(equals) != '=') {
      return Optional.empty();
    }
    String name = text.substring(0, end).toLowerCase(Locale.ROOT);
    String value = Blanks.trim(text.substring(equals + 1));
    return value.isEmpty() || !KNOWN.contains(name)
        ? Optional.empty()
        : Optional.of(Map.entry(name, value));
  }

  private static boolean isNamePart(char c, boolean first) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9';
  }
}
