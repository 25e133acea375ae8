package dev.jbuild.parser.check;

import dev.jbuild.parser.GoText;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which checks count: {@code skip=A,B;error=true;experimental=all}.
 *
 * @param skipAll whether none does, but for experimental ones
 * @param error whether a finding fails the build
 */
public record CheckOptions(
    boolean skipAll,
    Set<String> skipped,
    boolean experimentalAll,
    Set<String> experimental,
    boolean error) {
  /** All but the experimental ones. */
  public static final CheckOptions DEFAULT =
      new CheckOptions(false, Set.of(), false, Set.of(), false);

  public CheckOptions {
    skipped = Set.copyOf(skipped);
    experimental = Set.copyOf(experimental);
  }

  /**
   * Reads a directive's value.
   *
   * @throws IllegalArgumentException for an option that is none
   */
  public static CheckOptions parse(String text) {
    CheckOptions options = DEFAULT;
    if (text.isBlank()) {
      return options;
    }
    for (String part : text.strip().split(";", 3)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("invalid check option " + GoText.quote(part));
      }
      options = options.with(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
    }
    return options;
  }

  private CheckOptions with(String key, String value) {
    return switch (key) {
      case "skip" -> {
        boolean all = value.equals("all");
        yield new CheckOptions(
            all, all ? Set.of() : names(value), experimentalAll, experimental, error);
      }
      case "experimental" -> {
        boolean all = value.equals("all");
        yield new CheckOptions(skipAll, skipped, all, all ? Set.of() : names(value), error);
      }
      case "error" ->
          new CheckOptions(
              skipAll,
              skipped,
              experimentalAll,
              experimental,
              GoText.bool(value)
                  .orElseThrow(() ->
                      new IllegalArgumentException(
                          "failed to parse check option "
                              + GoText.quote(key + "=" + value)
                              + ": it is true or false")));
      default -> throw new IllegalArgumentException("invalid check option " + GoText.quote(key));
    };
  }

  private static Set<String> names(String list) {
    Set<String> names = new HashSet<>();
    for (String name : list.split(",", -1)) {
      names.add(name.strip());
    }
    return names;
  }

  /**
   * With what the comment lines above an instruction add: {@code # check=skip=A}. A comment that
   * makes no sense changes nothing.
   */
  CheckOptions merged(List<String> comments) {
    for (String comment : comments) {
      int equals = comment.indexOf('=');
      if (equals < 0 || !comment.substring(0, equals).strip().equalsIgnoreCase("check")) {
        continue;
      }
      try {
        return merged(parse(comment.substring(equals + 1).strip().split(" ", 2)[0]));
      } catch (IllegalArgumentException _) {
        return this;
      }
    }
    return this;
  }

  private CheckOptions merged(CheckOptions other) {
    Set<String> skips = new HashSet<>(skipped);
    skips.addAll(other.skipped);
    Set<String> more = new HashSet<>(experimental);
    more.addAll(other.experimental);
    return new CheckOptions(
        skipAll || other.skipAll, skips, experimentalAll || other.experimentalAll, more, error);
  }

  boolean includes(Rule rule) {
    return rule.isExperimental()
        ? experimentalAll || experimental.contains(rule.title())
        : !skipAll && !skipped.contains(rule.title());
  }
}
