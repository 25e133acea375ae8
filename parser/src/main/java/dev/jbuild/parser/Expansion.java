package dev.jbuild.parser;

import dev.jbuild.grammar.WordsLexer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.antlr.v4.runtime.Token;

/** One pass over the tokens of a word. Everything is evaluated, also what is not chosen. */
final class Expansion {
  private static final int NOTHING = Token.EOF;
  private static final int DEEPEST = 200;

  /**
   * What becomes of a word's characters.
   *
   * @param quotes whether quotes mean anything
   * @param keepQuotes whether they stay in the result
   * @param keepEscapes whether escape characters do
   * @param keepUnset whether variables that are not set do
   */
  record Style(
      char escape, boolean quotes, boolean keepQuotes, boolean keepEscapes, boolean keepUnset) {}

  /** The text, and the words that it falls into. */
  record Result(String text, List<String> words) {}

  private final List<? extends Token> tokens;
  private final Function<String, Optional<String>> env;
  private final Style style;
  private final StringBuilder openWord = new StringBuilder();
  private boolean keepEscapes;
  private int at;
  private int depth;

  private Expansion(String word, Function<String, Optional<String>> env, Style style) {
    WordsLexer lexer = new WordsLexer(new LineStream(word, style.escape(), style.quotes()));
    lexer.removeErrorListeners();
    this.tokens = lexer.getAllTokens();
    this.env = env;
    this.style = style;
  }

  /**
   * Evaluates a word.
   *
   * @throws IllegalArgumentException for a bad substitution, or one that demands a value
   */
  static Result of(String word, Function<String, Optional<String>> env, Style style) {
    return new Expansion(word, env, style).sequence(NOTHING, style.keepEscapes());
  }

  private Result sequence(int end, boolean keeping) {
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("substitutions are nested too deeply");
    }
    boolean before = keepEscapes;
    keepEscapes = keeping;
    StringBuilder text = new StringBuilder();
    WordList words = new WordList(openWord);
    while (at < tokens.size()) {
      Token token = tokens.get(at++);
      if (token.getType() == end) {
        keepEscapes = before;
        depth--;
        return new Result(text.toString(), words.finish());
      }
      part(token, text, words);
    }
    if (end != NOTHING) {
      throw new IllegalArgumentException(
          end == WordsLexer.SLASH
              ? "syntax error: missing '/' in ${}"
              : "syntax error: missing '}'");
    }
    return new Result(text.toString(), words.finish());
  }

  private void part(Token token, StringBuilder text, WordList words) {
    String written = token.getText();
    switch (token.getType()) {
      case WordsLexer.TEXT -> {
        text.append(written);
        words.add(written);
      }
      case WordsLexer.VARIABLE, WordsLexer.OPEN_BRACE, WordsLexer.DOLLAR -> {
        String value = substitution(token);
        text.append(value);
        words.add(value);
      }
      default -> {
        String quoted = quoted(token, written);
        text.append(quoted);
        words.addQuoted(quoted);
      }
    }
  }

  private String quoted(Token token, String written) {
    return switch (token.getType()) {
      case WordsLexer.HEREDOC_SIGN -> written;
      case WordsLexer.ESCAPED -> keepEscapes ? written : written.substring(1);
      case WordsLexer.LAST_ESCAPE -> keepEscapes ? written : "";
      case WordsLexer.SINGLE_QUOTED ->
          style.keepQuotes() ? written : written.substring(1, written.length() - 1);
      case WordsLexer.OPEN_DOUBLE -> doubleQuoted();
      case WordsLexer.UNCLOSED_SINGLE ->
          throw new IllegalArgumentException(
              "unexpected end of statement while looking for matching single-quote");
      default -> throw new AssertionError(token);
    };
  }

  private String doubleQuoted() {
    String quote = style.keepQuotes() ? "\"" : "";
    StringBuilder text = new StringBuilder(quote);
    while (at < tokens.size()) {
      Token token = tokens.get(at++);
      String written = token.getText();
      switch (token.getType()) {
        case WordsLexer.CLOSE_DOUBLE -> {
          return text.append(quote).toString();
        }
        case WordsLexer.TEXT -> text.append(written);
        case WordsLexer.ESCAPED -> text.append(keepEscapes ? written : written.substring(1));
        // kept escapes are read once more, so that one which is a text here must be so there
        case WordsLexer.PLAIN_ESCAPE -> text.append(keepEscapes ? written + written : written);
        default -> text.append(substitution(token));
      }
    }
    throw new IllegalArgumentException(
        "unexpected end of statement while looking for matching double-quote");
  }

  private String substitution(Token token) {
    return switch (token.getType()) {
      case WordsLexer.DOLLAR -> "$";
      case WordsLexer.VARIABLE -> {
        String name = token.getText().substring(1);
        yield env.apply(name).orElse(style.keepUnset() ? "$" + name : "");
      }
      case WordsLexer.OPEN_BRACE -> braces();
      default -> throw new AssertionError(token);
    };
  }

  private Token next() {
    if (at == tokens.size()) {
      throw new IllegalArgumentException("syntax error: missing '}'");
    }
    return tokens.get(at++);
  }

  private String braces() {
    Token token = next();
    String name = "";
    if (token.getType() == WordsLexer.NO_NAME) {
      throw new IllegalArgumentException("syntax error: bad substitution");
    }
    if (token.getType() == WordsLexer.NAME_IN_BRACES) {
      name = token.getText();
      token = next();
    }
    String operator = token.getText();
    return switch (token.getType()) {
      case WordsLexer.CLOSE_BRACE ->
          env.apply(name).orElse(style.keepUnset() ? "${" + name + "}" : "");
      case WordsLexer.CHOICE -> choice(name, operator);
      case WordsLexer.STRIP -> strip(name, operator);
      case WordsLexer.REPLACE -> replace(name, operator);
      default ->
          throw new IllegalArgumentException(
              "unsupported modifier (" + operator + ") in substitution");
    };
  }

  private String choice(String name, String operator) {
    String word = sequence(WordsLexer.CLOSE_BRACE, false).text();
    Optional<String> value = env.apply(name);
    if (value.isEmpty() && style.keepUnset()) {
      return "${" + name + operator + word + "}";
    }
    boolean emptyToo = operator.startsWith(":");
    boolean set = value.isPresent() && !(emptyToo && value.get().isEmpty());
    return switch (operator.charAt(operator.length() - 1)) {
      case '-' -> set ? value.orElse("") : word;
      case '+' -> set ? word : "";
      default -> {
        if (!set) {
          String why =
              value.isPresent() ? "is not allowed to be empty" : "is not allowed to be unset";
          throw new IllegalArgumentException(name + ": " + (word.isEmpty() ? why : word));
        }
        yield value.orElse("");
      }
    };
  }

  private String strip(String name, String operator) {
    String pattern = sequence(WordsLexer.CLOSE_BRACE, true).text();
    Optional<String> value = env.apply(name);
    if (value.isEmpty() && style.keepUnset()) {
      return "${" + name + operator + pattern + "}";
    }
    boolean longest = pattern.startsWith(operator);
    Wildcards wildcards = Wildcards.parse(longest ? pattern.substring(1) : pattern);
    String text = value.orElse("");
    return operator.equals("#")
        ? wildcards.withoutPrefix(text, longest)
        : wildcards.withoutSuffix(text, longest);
  }

  private String replace(String name, String operator) {
    String pattern = sequence(WordsLexer.SLASH, true).text();
    String replacement = sequence(WordsLexer.CLOSE_BRACE, true).text();
    Optional<String> value = env.apply(name);
    if (value.isEmpty() && style.keepUnset()) {
      return "${" + name + "/" + pattern + "/" + replacement + "}";
    }
    return Wildcards.parse(pattern).replace(value.orElse(""), replacement, operator.equals("//"));
  }
}
