package dev.jbuild.parser.check;

import dev.jbuild.parser.Words;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An expansion that remembers which variables it met. */
final class Variables {
  private final Map<String, String> values;
  private final Set<String> found = new LinkedHashSet<>();
  private final Set<String> missing = new LinkedHashSet<>();

  Variables(Map<String, String> values) {
    this.values = values;
  }

  private Optional<String> get(String name) {
    Optional<String> value = Optional.ofNullable(values.get(name));
    (value.isPresent() ? found : missing).add(name);
    return value;
  }

  String expand(String word, char escape) {
    return Words.expand(word, this::get, escape);
  }

  String expandText(String text) {
    return Words.expandText(text, this::get);
  }

  java.util.List<String> expandToList(String word, char escape) {
    return Words.expandToList(word, this::get, escape);
  }

  Set<String> found() {
    return found;
  }

  Set<String> missing() {
    return missing;
  }
}
