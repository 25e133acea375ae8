package dev.jbuild.parser.check;

import java.util.Locale;
import java.util.Set;

/** Names that are likely to be those of secrets, by their words: {@code GITHUB_TOKEN}. */
final class Secrets {
  private static final Set<String> TELLING =
      Set.of(
          "apikey",
          "auth",
          "credential",
          "credentials",
          "key",
          "password",
          "pword",
          "passwd",
          "secret",
          "token");
  private static final Set<String> HARMLESS = Set.of("public", "file", "version");

  private Secrets() {}

  static boolean isOne(String name) {
    boolean telling = false;
    for (String word : name.toLowerCase(Locale.ROOT).split("_", -1)) {
      if (HARMLESS.contains(word)) {
        return false;
      }
      telling |= TELLING.contains(word);
    }
    return telling;
  }
}
