package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * One pattern of a {@code .dockerignore}. Time to match grows with the length of the path times
 * that of the pattern.
 *
 * <p>What a pattern means is what moby/patternmatcher makes of it by way of a regular expression,
 * surprises included: {@code **x} is any path that ends with x, but {@code **x?} wants a whole
 * name; {@code \d} is a digit; a star in brackets ends them early.
 */
abstract class IgnorePattern {
  private static final String ESCAPED_BY_US = ".+()|{}$";

  abstract boolean matches(String path);

  /**
   * Compiles a pattern, cleaned as a path.
   *
   * @throws IllegalArgumentException for a malformed one
   */
  static IgnorePattern compile(String pattern) {
    refuseMalformed(pattern);
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
    return new Automaton(new Regex(pattern).nodes());
  }

  private static IllegalArgumentException malformed(String pattern) {
    return new IllegalArgumentException("syntax error in pattern: " + GoText.quote(pattern));
  }

  /** What Go's {@code filepath.Match} has against brackets and backslashes. */
  private static void refuseMalformed(String pattern) {
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      if (c == '\\' && at++ == pattern.length()) {
        throw malformed(pattern);
      }
      if (c == '[') {
        at = endOfBrackets(pattern, at);
      }
    }
  }

  private static int endOfBrackets(String pattern, int from) {
    int at = pattern.startsWith("^", from) ? from + 1 : from;
    for (boolean first = true; first || pattern.charAt(at) != ']'; first = false) {
      at = endOfCharacter(pattern, at);
      if (pattern.charAt(at) == '-') {
        at = endOfCharacter(pattern, at + 1);
      }
    }
    return at + 1;
  }

  private static int endOfCharacter(String pattern, int from) {
    int at = from;
    if (at == pattern.length() || pattern.charAt(at) == '-' || pattern.charAt(at) == ']') {
      throw malformed(pattern);
    }
    if (pattern.charAt(at) == '\\') {
      at++;
    }
    at = at < pattern.length() ? pattern.offsetByCodePoints(at, 1) : at;
    if (at >= pattern.length()) {
      throw malformed(pattern);
    }
    return at;
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
        regex.append('\\').append(pattern.charAt(++i));
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

    Regex(String pattern) {
      this.pattern = pattern;
      this.text = regex(pattern);
    }

    List<Node> nodes() {
      while (at < text.length()) {
        if (text.startsWith("(.*/)?", at)) {
          at += 6;
          nodes.add(new Node(Kind.FOLDERS, c -> c != '\n'));
          nodes.add(new Node(Kind.INSIDE, c -> c != '\n'));
          continue;
        }
        boolean start = at == 0;
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        IntPredicate set =
            switch (c) {
              case '[' -> brackets();
              case '\\' -> escape();
              case '.' -> x -> x != '\n';
              case '^' -> x -> false;
              default -> x -> x == c;
            };
        boolean many = at < text.length() && text.charAt(at) == '*';
        if (many) {
          at++;
        }
        if (c != '^' || !start) {
          nodes.add(new Node(many ? Kind.MANY : Kind.ONE, set));
        }
      }
      return nodes;
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
        throw malformed(pattern);
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
        throw malformed(pattern);
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
            throw malformed(pattern);
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
