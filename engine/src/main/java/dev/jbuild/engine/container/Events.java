package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;

/** What happened to containers, in the file that their supervisors append to as well. */
public final class Events {
  private static final long NANOS = 1_000_000_000;

  private Events() {}

  /** Appends an event; it is one write, as others append at the same time. */
  public static void append(Path file, String action, Container container) throws IOException {
    Instant now = Instant.now();
    Json.Obj attributes = Json.parseObject("{" + SupervisorOptions.actor(container) + "}");
    Json.Obj event =
        new Json.Obj(new LinkedHashMap<>())
            .with("time", now.getEpochSecond())
            .with(
                "timeNano",
                new Json.Num(
                    BigDecimal.valueOf(Math.addExact(now.getEpochSecond() * NANOS, now.getNano()))))
            .with("Type", "container")
            .with("Action", action)
            .with("Actor", Json.obj().with("ID", container.id()).with("Attributes", attributes));
    Files.write(
        file,
        (event.compact() + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
