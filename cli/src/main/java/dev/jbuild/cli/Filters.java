package dev.jbuild.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@code --filter key=value} of a listing; of one key, any value will do. */
final class Filters {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Filters() {}

  /**
   * Reads filters.
   *
   * @param known the keys that there are
   * @throws UsageException when one is malformed or has another key
   */
  static Filters parse(List<String> texts, Set<String> known) {
    Filters filters = new Filters();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String key = equals < 0 ? text : text.substring(0, equals);
      if (equals < 0 || !known.contains(key)) {
        throw new UsageException(
            "invalid filter '"
                + text
                + "': write key=value with one of "
                + String.join(", ", known.stream().sorted().toList()));
      }
      filters.values.computeIfAbsent(key, _ -> new ArrayList<>()).add(text.substring(equals + 1));
    }
    return filters;
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  List<String> of(String key) {
    return values.getOrDefault(key, List.of());
  }

  /** Tells whether there is no such filter, or one of its values fits. */
  boolean allow(String key, java.util.function.Predicate<String> fits) {
    List<String> wanted = of(key);
    return wanted.isEmpty() || wanted.stream().anyMatch(fits);
  }

  /**
   * Labels, {@code key} or {@code key=value}: all that are wanted must be there, and none of {@code
   * label!}.
   */
  boolean allowLabels(Map<String, String> labels) {
    return of("label").stream().allMatch(wanted -> has(labels, wanted))
        && of("label!").stream().noneMatch(unwanted -> has(labels, unwanted));
  }

  private static boolean has(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }
}
