package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

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

  private record Rule(Pattern pattern, boolean negated) {}

  /**
   * Reads patterns, one a line.
   *
   * @throws IllegalArgumentException for a malformed one
   */
  public static IgnoreRules parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    List<Rule> rules = new ArrayList<>();
    for (String line : text.split("\n")) {
      if (line.startsWith("#")) {
        continue;
      }
      String pattern = line.strip();
      if (!pattern.isEmpty()) {
        add(rules, pattern);
      }
    }
    return new IgnoreRules(rules);
  }

  private static void add(List<Rule> rules, String written) {
    boolean negated = written.startsWith("!");
    String pattern = negated ? written.substring(1).strip() : written;
    if (negated && pattern.isEmpty()) {
      throw new IllegalArgumentException("illegal exclusion pattern: \"!\"");
    }
    pattern = clean(pattern);
    if (!pattern.isEmpty() && !pattern.equals(".")) {
      rules.add(new Rule(compile(pattern), negated));
    }
  }

  /** Tells whether there is any rule that takes files back in. */
  public boolean hasReinclude() {
    return reinclude;
  }

  /** Tells whether nothing is ignored. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** Tells whether a path, relative and with slashes, is left out. */
  public boolean ignores(String path) {
    boolean ignored = false;
    for (Rule rule : rules) {
      if (rule.negated() == ignored && matchesOrParent(rule.pattern(), path)) {
        ignored = !rule.negated();
      }
    }
    return ignored;
  }

  private static boolean matchesOrParent(Pattern pattern, String path) {
    if (pattern.matcher(path).matches()) {
      return true;
    }
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (pattern.matcher(path.substring(0, slash)).matches()) {
        return true;
      }
    }
    return false;
  }

  private static String clean(String pattern) {
    List<String> parts = new ArrayList<>();
    boolean rooted = pattern.startsWith("/");
    for (String part : pattern.split("/")) {
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (part.equals("..") && !rooted
          || !part.isEmpty() && !part.equals(".") && !part.equals("..")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  private static Pattern compile(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '*' -> {
          if (i + 1 < pattern.length() && pattern.charAt(i + 1) == '*') {
            i++;
            boolean slash = i + 1 < pattern.length() && pattern.charAt(i + 1) == '/';
            i += slash ? 1 : 0;
            regex.append(i + 1 >= pattern.length() && !slash ? ".*" : "(?:.*/)?");
          } else {
            regex.append("[^/]*");
          }
        }
        case '?' -> regex.append("[^/]");
        case '\\' -> {
          if (++i >= pattern.length()) {
            throw new IllegalArgumentException("syntax error in pattern: " + pattern);
          }
          regex.append(Pattern.quote(pattern.substring(i, i + 1)));
        }
        case '[' -> i = bracket(pattern, i, regex);
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    try {
      return Pattern.compile(regex.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException _) {
      throw new IllegalArgumentException("syntax error in pattern: " + pattern);
    }
  }

  private static int bracket(String pattern, int open, StringBuilder regex) {
    int close = pattern.indexOf(']', open + 2);
    if (close < 0) {
      throw new IllegalArgumentException("syntax error in pattern: " + pattern);
    }
    String body = pattern.substring(open + 1, close).replace("[", "\\[").replace("&", "\\&");
    regex.append('[').append(body).append(']');
    return close;
  }
}
