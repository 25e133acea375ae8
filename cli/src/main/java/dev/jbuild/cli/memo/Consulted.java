package dev.jbuild.cli.memo;

import java.util.AbstractMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An environment that notices which variables are looked at. */
public final class Consulted extends AbstractMap<String, String> {
  private final Map<String, String> environment;
  private final Map<String, Optional<String>> seen = new HashMap<>();
  private boolean entirely;

  public Consulted(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public synchronized @Nullable String get(@Nullable Object name) {
    String value = name == null ? null : environment.get(name);
    if (name instanceof String text) {
      seen.put(text, Optional.ofNullable(value));
    }
    return value;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  @Override
  public String getOrDefault(@Nullable Object name, String otherwise) {
    String value = get(name);
    return value == null ? otherwise : value;
  }

  @Override
  public synchronized Set<Entry<String, String>> entrySet() {
    entirely = true;
    return environment.entrySet();
  }

  /** The variables that were looked at; absent when somebody went through all of them. */
  public synchronized Optional<Map<String, Optional<String>>> seen() {
    return entirely ? Optional.empty() : Optional.of(Map.copyOf(seen));
  }
}
