package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a container is, by the file that its supervisor keeps (src/main/c/state.c) and by whether
 * that supervisor lives.
 *
 * @param status created, running, paused, restarting or exited
 * @param pid of the first process, as the host sees it; 0: none
 * @param lostLines of the log, that a full disk had no room for
 * @param health the file of the health checks, where there is one and the container runs
 */
public record ContainerState(
    String status,
    long pid,
    int exitCode,
    int restarts,
    boolean oomKilled,
    boolean stoppedByUser,
    Optional<Instant> started,
    Optional<Instant> finished,
    String error,
    long lostLines,
    Optional<Json.Obj> health) {
  private static final int LOST = 137;

  /** Reads what is there; what a killed supervisor left says nothing about now. */
  static ContainerState read(Path folder) throws IOException {
    Map<String, String> values = values(folder.resolve("state"));
    String status = values.getOrDefault("status", "created");
    boolean up = !status.equals("created") && !status.equals("exited");
    boolean lost = up && !SupervisorLock.isHeld(folder);
    if (lost) {
      // It may have written the end between our reading and our asking.
      values = values(folder.resolve("state"));
      status = values.getOrDefault("status", "created");
      lost = !status.equals("created") && !status.equals("exited");
    }
    return new ContainerState(
        lost ? "exited" : status,
        lost ? 0 : Math.max(0, number(values, "pid")),
        lost ? LOST : (int) number(values, "exit"),
        (int) number(values, "restarts"),
        number(values, "oom") == 1,
        number(values, "stopped") == 1,
        time(values, "started"),
        lost ? Optional.of(lastSign(folder)) : time(values, "finished"),
        lost ? "the supervisor of the container was killed" : values.getOrDefault("error", ""),
        number(values, "lost"),
        lost || !up ? Optional.empty() : health(folder));
  }

  /** Whether there is a process. */
  public boolean running() {
    return status.equals("running") || status.equals("paused");
  }

  /** Whether there is a supervisor. */
  public boolean supervised() {
    return running() || status.equals("restarting");
  }

  /** {@code starting}, {@code healthy}, {@code unhealthy}, or {@code none}. */
  public String healthStatus() {
    return health.flatMap(h -> h.text("Status")).orElse("none");
  }

  private static Map<String, String> values(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    try {
      for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n")) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          values.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    } catch (NoSuchFileException _) {
      // Never started.
    }
    return values;
  }

  private static long number(Map<String, String> values, String name) {
    try {
      return Long.parseLong(values.getOrDefault(name, "0"));
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  private static Optional<Instant> time(Map<String, String> values, String name) {
    try {
      String text = values.getOrDefault(name, "");
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /** The best guess at when it ended. */
  private static Instant lastSign(Path folder) throws IOException {
    Instant last = Files.getLastModifiedTime(folder.resolve("state")).toInstant();
    Path log = folder.resolve("log");
    if (Files.exists(log)) {
      Instant logged = Files.getLastModifiedTime(log).toInstant();
      last = logged.isAfter(last) ? logged : last;
    }
    return last;
  }

  private static Optional<Json.Obj> health(Path folder) throws IOException {
    try {
      return Optional.of(Json.parseObject(Files.readAllBytes(folder.resolve("health"))));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }
}
