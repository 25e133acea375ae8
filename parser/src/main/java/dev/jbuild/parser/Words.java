package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Expands {@code $name} and {@code ${name…}} in a word, and removes its quotes (Dockerfile
 * reference, "Environment replacement").
 */
public final class Words {
  private Words() {}

  /**
   * The word with variables replaced and quotes removed.
   *
   * @throws IllegalArgumentException for a bad substitution, or one that demands a value
   */
  public static String expand(String word, Function<String, Optional<String>> env, char escape) {
    return isPlain(word, escape)
        ? word
        : Expansion.of(word, env, new Expansion.Style(escape, true, false, false, false)).text();
  }

  /** As {@link #expand}, cut into words at unquoted blanks, those of values too. */
  public static List<String> expandToList(
      String word, Function<String, Optional<String>> env, char escape) {
    if (isPlain(word, escape)) {
      WordList words = new WordList(new StringBuilder());
      words.add(word);
      return words.finish();
    }
    return Expansion.of(word, env, new Expansion.Style(escape, true, false, false, false)).words();
  }

  /** Variables replaced in a text whose quotes mean nothing: the body of a here-document. */
  public static String expandText(String text, Function<String, Optional<String>> env) {
    return isPlain(text, '\\')
        ? text
        : Expansion.of(text, env, new Expansion.Style('\\', false, false, false, false)).text();
  }

  /**
   * The words of a whole line as written, quotes, escapes and variables included; none where a
   * quote or a brace is not closed.
   */
  static List<String> written(String line) {
    try {
      return Expansion.of(
              line, _ -> Optional.empty(), new Expansion.Style('\\', true, true, true, true))
          .words();
    } catch (IllegalArgumentException _) {
      return List.of();
    }
  }

  /**
   * The words of a text with nothing set, which keeps variables.
   *
   * @param keepQuotes whether quotes stay, too
   */
  static List<String> unset(String text, boolean keepQuotes) {
    return Expansion.of(
            text, _ -> Optional.empty(), new Expansion.Style('\\', true, keepQuotes, false, true))
        .words();
  }

  private static boolean isPlain(String word, char escape) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '$' || c == '"' || c == '\'' || c == '<' || c == escape) {
        return false;
      }
    }
    return true;
  }
}
