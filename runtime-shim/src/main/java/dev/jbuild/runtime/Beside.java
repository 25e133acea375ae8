package dev.jbuild.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One more command for a container that runs.
 *
 * @param cgroups folders of those to be in
 * @param options for events: {@code events}, {@code actor} and {@code id}; and {@code kept} with
 *     the marks of files (src/main/c/enter.c) if the same may be done again without us
 */
public record Beside(
    Command command,
    Isolation isolation,
    List<Path> cgroups,
    Map<String, String> options,
    Supervisor.ExecMode mode) {
  public Beside {
    cgroups = List.copyOf(cgroups);
    options = Map.copyOf(options);
  }
}
