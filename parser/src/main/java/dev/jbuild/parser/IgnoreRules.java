package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The patterns of a {@code .dockerignore}: the last one that matches a path, or a folder above it,
 * decides (Dockerfile reference, ".dockerignore file").
 */
public final class IgnoreRules {
  private final List<Rule> rules;
  private final boolean reinclude;

  private IgnoreRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
    this.reinclude = rules.stream().anyMatch(Rule::negated);
  }

  private record Rule(String text, IgnorePattern pattern, boolean negated) {}

  /**
   * Reads the patterns of a file, one a line; those that begin with {@code #} are comments.
   *
   * @throws IllegalArgumentException for a malformed one, with its line
   */
  public static IgnoreRules parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    List<Rule> rules = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.startsWith("#")) {
        continue;
      }
      try {
        add(rules, line);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
    return new IgnoreRules(rules);
  }

  /**
   * The rules that a list of patterns makes: {@code COPY --exclude}.
   *
   * @throws IllegalArgumentException for a malformed one
   */
  public static IgnoreRules of(List<String> patterns) {
    List<Rule> rules = new ArrayList<>();
    patterns.forEach(pattern -> add(rules, pattern));
    return new IgnoreRules(rules);
  }

  private static void add(List<Rule> rules, String line) {
    String pattern = Blanks.trim(line);
    boolean negated = pattern.startsWith("!");
    if (negated) {
      pattern = Blanks.trim(pattern.substring(1));
    }
    if (!pattern.isEmpty()) {
      String clean = clean(pattern);
      pattern = clean.length() > 1 && clean.startsWith("/") ? clean.substring(1) : clean;
    }
    addClean(rules, negated ? "!" + pattern : pattern);
  }

  /** Patterns are trimmed and cleaned when they are read, and a second time when they are used. */
  private static void addClean(List<Rule> rules, String text) {
    String trimmed = Blanks.trim(text);
    if (trimmed.isEmpty()) {
      return;
    }
    String clean = clean(trimmed);
    if (clean.equals("!")) {
      throw new IllegalArgumentException("illegal exclusion pattern: \"!\"");
    }
    boolean negated = clean.startsWith("!");
    String pattern = negated ? clean.substring(1) : clean;
    rules.add(new Rule(pattern, IgnorePattern.compile(pattern), negated));
  }

  /** Tells whether there is any rule that takes files back in. */
  public boolean hasReinclude() {
    return reinclude;
  }

  /** Tells whether some rule leaves out whatever there is. */
  public boolean ignoresAll() {
    for (Rule rule : rules) {
      boolean all =
          rule.text().equals("*") || rule.text().equals("**") || rule.text().equals("**/*");
      if (all && !rule.negated()) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether nothing is ignored. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** Tells whether a path, relative and with slashes, is left out. */
  public boolean ignores(String path) {
    if (rules.isEmpty()) {
      return false;
    }
    String file = clean(path);
    if (file.equals(".")) {
      return false;
    }
    boolean ignored = false;
    for (Rule rule : rules) {
      if (rule.negated() == ignored && matchesOrParent(rule.pattern(), file)) {
        ignored = !rule.negated();
      }
    }
    return ignored;
  }

  private static boolean matchesOrParent(IgnorePattern pattern, String path) {
    if (pattern.matches(path)) {
      return true;
    }
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (pattern.matches(path.substring(0, slash))) {
        return true;
      }
    }
    return false;
  }

  /** The shortest form of a path: no empty parts, no {@code .}, no {@code ..} behind a name. */
  public static String clean(String path) {
    if (isClean(path)) {
      return path;
    }
    boolean rooted = path.startsWith("/");
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (!part.equals("..")) {
        parts.add(part);
      } else if (!parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!rooted) {
        parts.add(part);
      }
    }
    String clean = String.join("/", parts);
    return rooted ? "/" + clean : clean.isEmpty() ? "." : clean;
  }

  private static boolean isClean(String path) {
    char before = '/';
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (before == '/'
          && (c == '/'
              || c == '.' && (i + 1 == path.length() || "./".indexOf(path.charAt(i + 1)) >= 0))) {
        return false;
      }
      before = c;
    }
    return before != '/';
  }
}
