package dev.jbuild.runtime;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a supervisor needs to know besides the sandbox.
 *
 * @param options settings by name, as src/main/c reads them with plan_option: {@code id}, {@code
 *     restart}, {@code restart-max}, {@code stop-signal}, {@code stop-timeout} and {@code health-…}
 *     (milliseconds), {@code log}, {@code log-max} (bytes), {@code log-count}, {@code remove},
 *     {@code stdin-once}, {@code net}, {@code name-file}, {@code events}, {@code actor}
 * @param volumes folders that are removed together with the container
 * @param health the command of the health check; empty: none
 * @param cgroups folders of cgroups to be in; the supervisor removes them in the end
 * @param joins {@code ipc}, {@code uts} and {@code pid}: the file of a namespace to be in, empty
 *     for the host's
 * @param sysctls by name, e.g. {@code net.core.somaxconn}
 */
public record Supervision(
    SequencedMap<String, String> options,
    List<Path> volumes,
    List<String> health,
    List<Path> cgroups,
    Map<String, String> joins,
    Map<String, String> sysctls) {
  /** Nothing but a sandbox. */
  public static final Supervision NONE =
      new Supervision(new LinkedHashMap<>(), List.of(), List.of(), List.of(), Map.of(), Map.of());

  public Supervision {
    options = new LinkedHashMap<>(options);
    volumes = List.copyOf(volumes);
    health = List.copyOf(health);
    cgroups = List.copyOf(cgroups);
    joins = new LinkedHashMap<>(joins);
    sysctls = new LinkedHashMap<>(sysctls);
  }
}
