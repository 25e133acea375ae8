package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the signs of here-documents: {@code 3<<-"EOF"} is a descriptor, whether tabs go, and the
 * word that ends the body.
 */
final class HeredocSigns {
  private HeredocSigns() {}

  /**
   * Those of a line, without their bodies, in the order in which the bodies come.
   *
   * @throws IllegalArgumentException for a word that no line can end
   */
  static List<Heredoc> of(String line) {
    if (!line.contains("<<")) {
      return List.of();
    }
    List<Heredoc> found = new ArrayList<>();
    for (String word : Words.written(line)) {
      read(word).ifPresent(found::add);
    }
    return found;
  }

  /** Reads a word that is nothing but a sign. */
  static Optional<Heredoc> parse(String word) {
    try {
      return read(word);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<Heredoc> read(String word) {
    int digits = 0;
    while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
      digits++;
    }
    if (!word.startsWith("<<", digits)) {
      return Optional.empty();
    }
    int at = digits + 2;
    boolean chomp = word.startsWith("-", at);
    String rest = Blanks.trimStart(word.substring(chomp ? at + 1 : at));
    if (rest.isEmpty() || rest.indexOf('<') >= 0) {
      return Optional.empty();
    }
    List<String> names = Words.unset(rest, false);
    if (names.size() != 1) {
      return Optional.empty();
    }
    String name = names.getFirst();
    List<String> quoted = Words.unset(rest, true);
    boolean expand = quoted.size() == 1 && quotes(quoted.getFirst()) == quotes(name);
    return Optional.of(new Heredoc(name, descriptor(word, digits), expand, chomp, ""));
  }

  private static int descriptor(String word, int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      value = Math.min(Integer.MAX_VALUE, value * 10 + word.charAt(i) - '0');
    }
    return (int) value;
  }

  private static long quotes(String word) {
    return word.chars().filter(c -> c == '"' || c == '\'').count();
  }
}
