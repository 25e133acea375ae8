package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The known word that resembles most what was written. */
public final class Suggestion {
  private static final int TOO_FAR = 3;
  private static final int LONGEST = 64;

  private Suggestion() {}

  /** {@code (did you mean X?)} after a blank; empty where no word is near. */
  static String phrase(String word, Iterable<String> known) {
    return of(word, known).map(match -> " (did you mean " + match + "?)").orElse("");
  }

  /** As {@link #phrase}, whatever the case of the letters; the answer takes the word's case. */
  static String phraseIgnoringCase(String word, Iterable<String> known) {
    Locale root = Locale.ROOT;
    String lower = word.toLowerCase(root);
    List<String> names = new ArrayList<>();
    known.forEach(name -> names.add(name.toLowerCase(root)));
    Optional<String> match = of(lower, names);
    boolean upper = !word.equals(lower) && word.equals(word.toUpperCase(root));
    return match.map(m -> " (did you mean " + (upper ? m.toUpperCase(root) : m) + "?)").orElse("");
  }

  /**
   * The nearest of some words, fewer than three changes away; absent when the word itself is one.
   */
  public static Optional<String> of(String word, Iterable<String> known) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    Optional<String> match = Optional.empty();
    int least = TOO_FAR;
    for (String candidate : known) {
      if (candidate.equals(word)) {
        return Optional.empty();
      }
      if (Math.abs(candidate.length() - word.length()) >= least) {
        continue;
      }
      int distance = distance(word, candidate);
      if (distance < least) {
        match = Optional.of(candidate);
        least = distance;
      }
    }
    return match;
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] =
            Math.min(Math.min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + change);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
