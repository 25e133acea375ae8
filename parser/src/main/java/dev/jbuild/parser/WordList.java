package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what an expansion gives into words: blanks separate them, but for those that were quoted.
 *
 * <p>The text of the word that is not finished is shared with expansions within it, and those begin
 * by clearing it: {@code a${b:-c}} gives the word {@code c}. EXPOSE has done so for years.
 */
final class WordList {
  private final StringBuilder open;
  private final List<String> words = new ArrayList<>();
  private boolean inWord;

  WordList(StringBuilder open) {
    this.open = open;
    open.setLength(0);
  }

  void addQuoted(CharSequence text) {
    open.append(text);
    inWord = true;
  }

  void add(String text) {
    for (int i = 0; i < text.length(); i++) {
      add(text.charAt(i));
    }
  }

  private void add(char c) {
    if (!Blanks.isAny(c)) {
      open.append(c);
      inWord = true;
    } else if (inWord && !open.isEmpty()) {
      words.add(open.toString());
      open.setLength(0);
      inWord = false;
    }
  }

  List<String> finish() {
    if (!open.isEmpty()) {
      words.add(open.toString());
      open.setLength(0);
      inWord = false;
    }
    return words;
  }
}
