package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One pattern of a {@code .dockerignore}. Time to match grows with the length of the path times
 * that of the pattern.
 *
 * <p>What a pattern means is what moby/patternmatcher makes of it by way of a regular expression,
 * surprises included: {@code **x} is any path that ends with x, but {@code **x?} wants a whole
 * name; {@code \d} is a digit; a star in brackets ends them early.
 */
abstract class IgnorePattern {
  private static final String ESCAPED_BY_US = ".+()$";

  abstract boolean matches(String path);

  /**
   * Compiles a pattern, cleaned as a path.
   *
   * @throws IllegalArgumentException for a malformed one
   */
  static IgnorePattern compile(String pattern) {
    NamePattern.matches(pattern, "."); // for what that finds malformed
    int star = pattern.indexOf('*');
    boolean special =
        pattern.indexOf('?') >= 0
            || pattern.indexOf('\\') >= 0
            || pattern.indexOf('[') >= 0
            || pattern.indexOf(']') >= 0;
    if (!special && star < 0) {
      return new Exact(pattern);
    }
    if (!special && star == pattern.length() - 2 && pattern.endsWith("**") && star > 0) {
      return new Prefix(pattern.substring(0, star));
    }
    if (!special && pattern.startsWith("**") && pattern.indexOf('*', 2) < 0) {
      return new Suffix(pattern.substring(2));
    }
    String regex = regex(pattern);
    Optional<List<Node>> nodes = new Regex(pattern, regex).nodes();
    return nodes.isPresent() ? new Automaton(nodes.get()) : Expression.of(pattern, regex);
  }

  private static String regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '*' && pattern.startsWith("*", i + 1)) {
        i += pattern.startsWith("/", i + 2) ? 2 : 1;
        regex.append(i == pattern.length() - 1 ? ".*" : "(.*/)?");
      } else if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (ESCAPED_BY_US.indexOf(c) >= 0) {
        regex.append('\\').append(c);
      } else if (c == '\\') {
        // one at the end takes the $ behind it, which would end the expression
        i++;
        regex.append('\\').append(i < pattern.length() ? pattern.charAt(i) : '$');
      } else {
        regex.append(c);
      }
    }
    return regex.toString();
  }

  private static final class Exact extends IgnorePattern {
    private final String path;

    Exact(String path) {
      this.path = path;
    }

    @Override
    boolean matches(String other) {
      return path.equals(other);
    }
  }

  private static final class Prefix extends IgnorePattern {
    private final String start;

    Prefix(String start) {
      this.start = start;
    }

    @Override
    boolean matches(String path) {
      return path.startsWith(start);
    }
  }

  private static final class Suffix extends IgnorePattern {
    private final String end;

    Suffix(String end) {
      this.end = end;
    }

    @Override
    boolean matches(String path) {
      return path.endsWith(end)
          || end.startsWith("/") && end.length() == path.length() + 1 && end.endsWith(path);
    }
  }

  /** A step of a pattern: characters of a set, once or as often as they come. */
  private record Node(Kind kind, IntPredicate set) {}

  private enum Kind {
    ONE,
    MANY,
    /** Nothing, or all up to some slash. */
    FOLDERS,
    /** Within what FOLDERS takes. */
    INSIDE
  }

  /** Reads the few forms of regular expressions that {@link #regex} can give. */
  private static final class Regex {
    private final String pattern;
    private final String text;
    private final List<Node> nodes = new ArrayList<>();
    private int at;

    Regex(String pattern, String text) {
      this.pattern = pattern;
      this.text = text;
    }

    /** Empty for what a row of sets cannot say. */
    Optional<List<Node>> nodes() {
      while (at < text.length()) {
        if (isOdd()) {
          return Optional.empty();
        }
        if (text.startsWith("(.*/)?", at)) {
          at += 6;
          nodes.add(new Node(Kind.FOLDERS, c -> c != '\n'));
          nodes.add(new Node(Kind.INSIDE, c -> c != '\n'));
          continue;
        }
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        IntPredicate set =
            switch (c) {
              case '[' -> brackets();
              case '\\' -> escape();
              case '.' -> x -> x != '\n';
              default -> x -> x == c;
            };
        boolean many = at < text.length() && text.charAt(at) == '*';
        if (many) {
          at++;
        }
        nodes.add(new Node(many ? Kind.MANY : Kind.ONE, set));
      }
      return Optional.of(nodes);
    }

    private boolean isOdd() {
      return switch (text.charAt(at)) {
        case '|', '^' -> true;
        case '{' -> Expression.isRepeat(text, at);
        case '\\' -> "bBAz$".indexOf(text.charAt(at + 1)) >= 0;
        default -> false;
      };
    }

    private IntPredicate brackets() {
      boolean not = text.startsWith("^", at);
      if (not) {
        at++;
      }
      IntPredicate set = _ -> false;
      for (boolean first = true; first || peek() != ']'; first = false) {
        set = set.or(member());
      }
      at++;
      return not ? set.negate() : set;
    }

    private int peek() {
      if (at >= text.length()) {
        throw NamePattern.malformed(pattern);
      }
      return text.codePointAt(at);
    }

    private IntPredicate member() {
      int low = peek();
      at += Character.charCount(low);
      if (low == '\\' && Character.isLetter(peek())) {
        return escape();
      }
      if (low == '\\') {
        low = peek();
        at += Character.charCount(low);
      }
      int from = low;
      if (peek() != '-' || text.startsWith("-]", at)) {
        return c -> c == from;
      }
      at++;
      int high = peek();
      at += Character.charCount(high);
      if (high == '\\') {
        high = peek();
        at += Character.charCount(high);
      }
      int to = high;
      if (to < from) {
        throw NamePattern.malformed(pattern);
      }
      return c -> from <= c && c <= to;
    }

    private IntPredicate escape() {
      int c = peek();
      at += Character.charCount(c);
      return switch (c) {
        case 'd' -> Regex::isDigit;
        case 'D' -> x -> !isDigit(x);
        case 's' -> Regex::isBlank;
        case 'S' -> x -> !isBlank(x);
        case 'w' -> Regex::isWord;
        case 'W' -> x -> !isWord(x);
        case 'a' -> x -> x == 7;
        case 'f' -> x -> x == '\f';
        case 'n' -> x -> x == '\n';
        case 'r' -> x -> x == '\r';
        case 't' -> x -> x == '\t';
        case 'v' -> x -> x == 0x0B;
        default -> {
          if (c >= 0x80 || Character.isLetterOrDigit(c)) {
            throw NamePattern.malformed(pattern);
          }
          yield x -> x == c;
        }
      };
    }

    private static boolean isDigit(int c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isBlank(int c) {
      return c == ' ' || c >= '\t' && c <= '\r' && c != 0x0B;
    }

    private static boolean isWord(int c) {
      return c == '_' || c < 0x80 && Character.isLetterOrDigit(c);
    }
  }

  /** What only a regular expression says: {@code a|b*}, {@code \bin}, {@code a?{2}}. */
  private static final class Expression extends IgnorePattern {
    private static final Pattern REPEAT = Pattern.compile("\\{[0-9]+(,[0-9]*)?}");

    private final Pattern regex;

    private Expression(Pattern regex) {
      this.regex = regex;
    }

    static Expression of(String pattern, String regex) {
      String end = regex.endsWith("\\$") && pattern.endsWith("\\") ? "" : "\\z";
      try {
        return new Expression(Pattern.compile("^" + java(regex) + end, Pattern.UNIX_LINES));
      } catch (PatternSyntaxException _) {
        throw NamePattern.malformed(pattern);
      }
    }

    /** Brackets and braces mean less there than in Java. */
    private static String java(String regex) {
      StringBuilder java = new StringBuilder();
      int opened = -1;
      for (int i = 0; i < regex.length(); i++) {
        char c = regex.charAt(i);
        boolean first = i == opened + 1 || i == opened + 2 && regex.charAt(i - 1) == '^';
        if (opened >= 0 ? c == '[' || c == '&' || c == ']' && first : isBrace(regex, i)) {
          java.append('\\');
        } else if (c == '[') {
          opened = i;
        } else if (c == ']') {
          opened = -1;
        }
        java.append(c);
        if (c == '\\') {
          java.append(regex.charAt(++i));
        }
      }
      return java.toString();
    }

    private static boolean isBrace(String regex, int at) {
      return regex.charAt(at) == '{' && !isRepeat(regex, at);
    }

    static boolean isRepeat(String regex, int at) {
      return REPEAT.matcher(regex).region(at, regex.length()).lookingAt();
    }

    @Override
    boolean matches(String path) {
      return regex.matcher(path).find();
    }
  }

  private static final class Automaton extends IgnorePattern {
    private final Node[] nodes;

    Automaton(List<Node> nodes) {
      this.nodes = nodes.toArray(new Node[0]);
    }

    @Override
    boolean matches(String path) {
      boolean[] now = new boolean[nodes.length + 1];
      boolean[] next = new boolean[nodes.length + 1];
      reach(now, 0);
      for (int i = 0; i < path.length(); i = path.offsetByCodePoints(i, 1)) {
        int c = path.codePointAt(i);
        Arrays.fill(next, false);
        boolean alive = false;
        for (int n = 0; n < nodes.length; n++) {
          if (now[n] && nodes[n].set().test(c)) {
            step(next, n, c);
            alive = true;
          }
        }
        if (!alive) {
          return false;
        }
        boolean[] swapped = now;
        now = next;
        next = swapped;
      }
      return now[nodes.length];
    }

    private void step(boolean[] states, int node, int c) {
      switch (nodes[node].kind()) {
        case ONE -> reach(states, node + 1);
        case MANY -> reach(states, node);
        case FOLDERS -> {
          states[node + 1] = true;
          if (c == '/') {
            reach(states, node + 2);
          }
        }
        case INSIDE -> {
          states[node] = true;
          if (c == '/') {
            reach(states, node + 1);
          }
        }
      }
    }

    /** Goes to a node, and to those behind it that nothing may stand for. */
    private void reach(boolean[] states, int node) {
      int n = node;
      while (!states[n]) {
        states[n] = true;
        if (n == nodes.length) {
          return;
        }
        switch (nodes[n].kind()) {
          case MANY -> n++;
          case FOLDERS -> n += 2;
          default -> {
            return;
          }
        }
      }
    }
  }
}
