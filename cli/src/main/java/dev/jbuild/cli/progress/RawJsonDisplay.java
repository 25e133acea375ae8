package dev.jbuild.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.BuildEvent.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One JSON object a line, in the shape of BuildKit's solve status (client/graph.go). */
final class RawJsonDisplay implements ProgressDisplay {
  private final OutputStream out;
  private final InstantSource clock;
  private final Map<Integer, Json.Obj> vertices = new HashMap<>();

  RawJsonDisplay(OutputStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public synchronized void on(BuildEvent event) {
    Optional<Json.Obj> status = status(event, clock.instant());
    if (status.isEmpty()) {
      return;
    }
    try {
      out.write((status.get().compact() + "\n").getBytes(UTF_8));
      out.flush();
    } catch (IOException _) {
      // nobody reads the progress any more; the build goes on
    }
  }

  @Override
  public void close() {
    // every event has been written
  }

  private Optional<Json.Obj> status(BuildEvent event, Instant now) {
    return switch (event) {
      case BuildEvent.Started(var vertex, var title) -> {
        Json.Obj json =
            Json.obj()
                .with("digest", digest(vertex))
                .with("name", title)
                .with("started", now.toString());
        vertices.put(vertex, json);
        yield one("vertexes", json);
      }
      case BuildEvent.Finished(var vertex, var outcome) ->
          one(
              "vertexes",
              ended(vertices.getOrDefault(vertex, Json.obj()), outcome)
                  .with("completed", now.toString()));
      case BuildEvent.Transfer(var vertex, var item, var current, var total, var done) -> {
        Json.Obj json =
            Json.obj()
                .with("id", item)
                .with("vertex", digest(vertex))
                .with("current", current)
                .with("timestamp", now.toString());
        json = total < 0 ? json : json.with("total", total);
        yield one("statuses", done ? json.with("completed", now.toString()) : json);
      }
      case BuildEvent.Output(var vertex, var stderr, var bytes) ->
          one(
              "logs",
              Json.obj()
                  .with("vertex", digest(vertex))
                  .with("stream", stderr ? 2 : 1)
                  .with("data", Base64.getEncoder().encodeToString(bytes))
                  .with("timestamp", now.toString()));
      case BuildEvent.Warned(var rule, var message, var line) ->
          one("warnings", warning(rule, message, line));
      case BuildEvent.Planned _, BuildEvent.Done _ -> Optional.empty();
    };
  }

  private static Json.Obj ended(Json.Obj vertex, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Ran() -> vertex;
      case Outcome.Cached() -> vertex.with("cached", true);
      case Outcome.Canceled() -> vertex.with("error", "context canceled");
      case Outcome.Failed(var message) -> vertex.with("error", message);
    };
  }

  private static Json.Obj warning(String rule, String message, int line) {
    Json.Obj start = Json.obj().with("start", Json.obj().with("line", line));
    List<Json> ranges = new ArrayList<>(List.of(start));
    String text = rule + ": " + message + (line > 0 ? " (line " + line + ")" : "");
    return Json.obj()
        .with("level", 1)
        .with("short", Base64.getEncoder().encodeToString(text.getBytes(UTF_8)))
        .with("range", new Json.Arr(ranges));
  }

  /** The format names vertices by digest; ours have numbers. */
  private static String digest(int vertex) {
    return Digest.sha256("vertex " + vertex).toString();
  }

  private static Optional<Json.Obj> one(String list, Json.Obj element) {
    return Optional.of(Json.obj().with(list, new Json.Arr(List.of(element))));
  }
}
