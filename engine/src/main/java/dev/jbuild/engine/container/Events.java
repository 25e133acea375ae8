package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What happened to containers, networks and volumes, in the file that their supervisors append to
 * as well.
 */
public final class Events {
  private static final long NANOS = 1_000_000_000;

  private Events() {}

  /** Appends an event of a container; it is one write, as others append at the same time. */
  public static void append(Path file, String action, Container container) throws IOException {
    append(file, action, container, Map.of());
  }

  /** The same, with more to say. */
  public static void append(Path file, String action, Container container, Map<String, String> more)
      throws IOException {
    Json.Obj attributes = Json.parseObject("{" + SupervisorOptions.actor(container) + "}");
    for (Map.Entry<String, String> one : more.entrySet()) {
      attributes = attributes.with(one.getKey(), one.getValue());
    }
    append(file, "container", action, container.id(), attributes);
  }

  /**
   * Appends an event of anything.
   *
   * @param type {@code container}, {@code network} or {@code volume}
   * @param id of what it happened to
   */
  public static void append(Path file, String type, String action, String id, Json.Obj attributes)
      throws IOException {
    Instant now = Instant.now();
    Json.Obj event =
        new Json.Obj(new LinkedHashMap<>())
            .with("time", now.getEpochSecond())
            .with("timeNano", Math.addExact(now.getEpochSecond() * NANOS, now.getNano()))
            .with("Type", type)
            .with("Action", action)
            .with("Actor", Json.obj().with("ID", id).with("Attributes", attributes));
    Files.write(
        file,
        (event.compact() + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
