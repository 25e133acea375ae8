package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What happened to containers, images, networks and volumes, in the file that the containers'
 * supervisors append to as well. Whoever finds it grown to a size puts it aside, in the place of
 * the one before.
 */
public final class Events {
  private static final long NANOS = 1_000_000_000;

  /** As the supervisors have it: leave.c. */
  private static final long MOST_BYTES = 4_000_000;

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
   * @param type {@code container}, {@code image}, {@code network} or {@code volume}
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
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(ByteBuffer.wrap((event.compact() + "\n").getBytes(StandardCharsets.UTF_8)));
      if (out.size() > MOST_BYTES) {
        putAside(out, file);
      }
    }
  }

  /** The lock says who does it; whoever comes too late has another file open than that name's. */
  private static void putAside(FileChannel out, Path file) throws IOException {
    try (FileLock lock = out.tryLock()) {
      if (lock != null && Files.size(file) >= out.size()) {
        Files.move(file, older(file), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (NoSuchFileException _) {
      // Somebody else did, and nothing has happened since.
    }
  }

  /** What was put aside last. */
  static Path older(Path file) {
    return file.resolveSibling(file.getFileName() + ".1");
  }
}
