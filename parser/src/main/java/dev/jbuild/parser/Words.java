package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Expands {@code $name} and {@code ${name…}} in a word, and removes its quotes (Dockerfile
 * reference, "Environment replacement").
 */
public final class Words {
  private final String text;
  private final Function<String, Optional<String>> env;
  private final char escape;
  private final boolean rawQuotes;
  private int at;

  /** The result so far; blanks from unquoted text separate words, those of quoted text do not. */
  private final StringBuilder out = new StringBuilder();

  private final List<String> words = new ArrayList<>();
  private boolean inWord;
  private int wordStart;

  private Words(
      String text, Function<String, Optional<String>> env, char escape, boolean rawQuotes) {
    this.text = text;
    this.env = env;
    this.escape = escape;
    this.rawQuotes = rawQuotes;
  }

  /**
   * The word with variables replaced and quotes removed.
   *
   * @throws IllegalArgumentException for a bad substitution, or one that demands a value
   */
  public static String expand(String word, Function<String, Optional<String>> env, char escape) {
    Words words = new Words(word, env, escape, false);
    words.top();
    return words.out.toString();
  }

  /** As {@link #expand}, cut into words at unquoted blanks, those of values too. */
  public static List<String> expandToList(
      String word, Function<String, Optional<String>> env, char escape) {
    Words words = new Words(word, env, escape, false);
    words.top();
    words.endWord();
    return words.words;
  }

  /** Variables replaced in a text whose quotes mean nothing: the body of a here-document. */
  public static String expandText(String text, Function<String, Optional<String>> env) {
    Words words = new Words(text, env, '\\', true);
    words.top();
    return words.out.toString();
  }

  private void top() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\'' && !rawQuotes) {
        inWord = true;
        singleQuoted();
      } else if (c == '"' && !rawQuotes) {
        inWord = true;
        doubleQuoted();
      } else if (c == '$') {
        String value = dollar();
        append(value);
      } else if (c == escape) {
        escaped();
      } else {
        at++;
        append(String.valueOf(c));
      }
    }
  }

  private void escaped() {
    at++;
    if (at >= text.length()) {
      return;
    }
    char next = text.charAt(at++);
    if (rawQuotes && next != '$' && next != escape) {
      out.append(escape);
    }
    inWord = true;
    out.append(next);
  }

  /** Adds unquoted text, whose blanks end words. */
  private void append(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isWhitespace(c)) {
        endWord();
        out.append(c);
        wordStart = out.length();
      } else {
        inWord = true;
        out.append(c);
      }
    }
  }

  private void endWord() {
    if (inWord) {
      words.add(out.substring(wordStart));
      inWord = false;
    }
    wordStart = out.length();
  }

  private void singleQuoted() {
    int end = text.indexOf('\'', at + 1);
    if (end < 0) {
      throw new IllegalArgumentException(
          "unexpected end of statement while looking for matching single-quote");
    }
    out.append(text, at + 1, end);
    at = end + 1;
  }

  private void doubleQuoted() {
    at++;
    while (true) {
      if (at >= text.length()) {
        throw new IllegalArgumentException(
            "unexpected end of statement while looking for matching double-quote");
      }
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return;
      }
      if (c == '$') {
        out.append(dollar());
      } else if (c == escape) {
        at++;
        if (at >= text.length()) {
          throw new IllegalArgumentException(
              "unexpected end of statement while looking for matching double-quote");
        }
        char next = text.charAt(at++);
        if (next != '"' && next != '$' && next != escape) {
          out.append(escape);
        }
        out.append(next);
      } else {
        out.append(c);
        at++;
      }
    }
  }

  private String dollar() {
    at++;
    if (at < text.length() && text.charAt(at) == '{') {
      at++;
      return braces();
    }
    String name = name();
    return name.isEmpty() ? "$" : env.apply(name).orElse("");
  }

  private String name() {
    int start = at;
    if (at >= text.length()) {
      return "";
    }
    char c = text.charAt(at);
    if (Character.isDigit(c)) {
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        at++;
      }
    } else if ("@*#?-$!0".indexOf(c) >= 0) {
      at++;
    } else {
      while (at < text.length() && isNamePart(text.charAt(at))) {
        at++;
      }
    }
    return text.substring(start, at);
  }

  private static boolean isNamePart(char c) {
    return c == '_' || c < 128 && Character.isLetterOrDigit(c);
  }

  private String braces() {
    String name = name();
    if (name.isEmpty() || at >= text.length()) {
      throw badSubstitution();
    }
    char c = text.charAt(at++);
    Optional<String> value = env.apply(name);
    return switch (c) {
      case '}' -> value.orElse("");
      case ':' -> {
        if (at >= text.length()) {
          throw badSubstitution();
        }
        char modifier = text.charAt(at++);
        if ("-+?".indexOf(modifier) < 0) {
          throw unsupported(c + "" + modifier);
        }
        yield choose(name, value.filter(v -> !v.isEmpty()), value, modifier);
      }
      case '-', '+', '?' -> choose(name, value, value, c);
      case '#', '%' -> strip(value.orElse(""), c);
      case '/' -> replace(value.orElse(""));
      default -> throw unsupported(String.valueOf(c));
    };
  }

  private static IllegalArgumentException unsupported(String modifier) {
    return new IllegalArgumentException("unsupported modifier (" + modifier + ") in substitution");
  }

  private String choose(String name, Optional<String> set, Optional<String> value, char modifier) {
    String word = argument();
    return switch (modifier) {
      case '-' -> set.isPresent() ? value.orElse("") : word;
      case '+' -> set.isPresent() ? word : "";
      default -> {
        if (set.isEmpty()) {
          throw new IllegalArgumentException(
              name
                  + ": "
                  + (word.isEmpty()
                      ? "is not allowed to be " + (value.isPresent() ? "empty" : "unset")
                      : word));
        }
        yield value.orElse("");
      }
    };
  }

  /** The word up to the closing brace, itself expanded. */
  private String argument() {
    int start = at;
    int end = closing("}");
    Words inner = new Words(text.substring(start, end), env, escape, rawQuotes);
    inner.top();
    at = end + 1;
    return inner.out.toString();
  }

  private String strip(String value, char side) {
    boolean longest = at < text.length() && text.charAt(at) == side;
    if (longest) {
      at++;
    }
    int start = at;
    int end = closing("}");
    String pattern = patternText(text.substring(start, end));
    at = end + 1;
    return side == '#'
        ? Glob.stripPrefix(value, pattern, longest)
        : Glob.stripSuffix(value, pattern, longest);
  }

  private String replace(String value) {
    boolean all = at < text.length() && text.charAt(at) == '/';
    if (all) {
      at++;
    }
    int start = at;
    int slash = closing("/");
    String pattern = patternText(text.substring(start, slash));
    at = slash + 1;
    String replacement = argument();
    return Glob.replace(value, pattern, replacement, all);
  }

  /** Variables in a pattern are replaced; its escapes are the pattern's own. */
  private String patternText(String raw) {
    StringBuilder pattern = new StringBuilder();
    Words inner = new Words(raw, env, escape, false);
    while (inner.at < raw.length()) {
      char c = raw.charAt(inner.at);
      if (c == '$') {
        pattern.append(inner.dollar());
      } else if (c == escape && inner.at + 1 < raw.length()) {
        char next = raw.charAt(inner.at + 1);
        pattern.append(
            next == '*' || next == '?' || next == '\\' ? "\\" + next : String.valueOf(next));
        inner.at += 2;
      } else {
        pattern.append(c);
        inner.at++;
      }
    }
    return pattern.toString();
  }

  private int closing(String ends) {
    int depth = 0;
    for (int i = at; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == escape) {
        i++;
      } else if (c == '$' && i + 1 < text.length() && text.charAt(i + 1) == '{') {
        depth++;
        i++;
      } else if (depth > 0 && c == '}') {
        depth--;
      } else if (depth == 0 && ends.indexOf(c) >= 0) {
        return i;
      } else if (depth == 0
          && c == '\''
          && ends.equals("}")
          && !rawQuotes
          && text.indexOf('\'', i + 1) > 0) {
        i = text.indexOf('\'', i + 1);
      }
    }
    throw new IllegalArgumentException("syntax error: missing '" + ends + "' in substitution");
  }

  private static IllegalArgumentException badSubstitution() {
    return new IllegalArgumentException("syntax error: bad substitution");
  }
}
