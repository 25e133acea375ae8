package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The flags of one instruction, checked against those that it knows. */
final class Flags {
  private static final Set<String> REPEATABLE = Set.of("mount", "exclude", "device");
  private static final Set<String> BOOLEAN = Set.of("link", "parents", "keep-git-dir", "unpack");

  private final RawInstruction raw;
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Flags(RawInstruction raw) {
    this.raw = raw;
  }

  static Flags read(RawInstruction raw, String... known) {
    Flags flags = new Flags(raw);
    for (String flag : raw.flags()) {
      flags.add(flag, List.of(known));
    }
    return flags;
  }

  private void add(String flag, List<String> known) {
    int equals = flag.indexOf('=');
    String name = equals < 0 ? flag.substring(2) : flag.substring(2, equals);
    if (!known.contains(name)) {
      throw new DockerfileException(
          raw.span(), "unknown flag: --" + name + Suggestion.of(name, known, "--"));
    }
    boolean bool = BOOLEAN.contains(name);
    if (equals < 0 && !bool) {
      throw raw.error("missing a value on flag: " + flag);
    }
    String value = equals < 0 ? "true" : unquote(flag.substring(equals + 1));
    if (bool && !value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
      throw raw.error("expecting boolean value for flag " + name + ", not: " + value);
    }
    List<String> before = values.computeIfAbsent(name, _ -> new ArrayList<>());
    if (!before.isEmpty() && !REPEATABLE.contains(name)) {
      throw raw.error("duplicate flag specified: " + name);
    }
    before.add(value);
  }

  Optional<String> value(String name) {
    List<String> all = values(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  List<String> values(String name) {
    return values.getOrDefault(name, List.of());
  }

  boolean flag(String name) {
    return value(name).map(v -> v.equalsIgnoreCase("true")).orElse(false);
  }

  private static String unquote(String value) {
    StringBuilder out = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < value.length()) {
        char next = value.charAt(++i);
        if (quote == 0 || next == '"' || next == '\\') {
          out.append(next);
        } else {
          out.append(c).append(next);
        }
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Names that resemble what was written. */
  static final class Suggestion {
    private Suggestion() {}

    static String of(String word, Iterable<String> known, String prefix) {
      Set<String> near = new HashSet<>();
      for (String candidate : known) {
        if (distance(word, candidate) <= 2) {
          near.add(candidate);
        }
      }
      return near.isEmpty()
          ? ""
          : " (did you mean " + prefix + near.stream().sorted().findFirst().orElse("") + "?)";
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
}
