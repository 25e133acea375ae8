package dev.jbuild.cli;

import dev.jbuild.cli.format.Template;
import dev.jbuild.engine.container.EventTail;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Shows what happens to containers, images, networks and volumes. */
final class EventsVerb implements Verb {
  private static final long PAUSE_MILLIS = 100;
  private static final Set<String> FILTERS =
      Set.of("container", "event", "image", "label", "network", "type", "volume");

  private final String name;

  EventsVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "", "Get events as they happen")
        .values(
            "-f --filter",
            "key=value",
            "Only what fits: container, event, image, label, network, type, volume")
        .value("--format", "template", "\"json\" or a Go template")
        .value("--since", "time", "Also those that were from then on")
        .value("--until", "time", "Only until then; does not wait when that is past")
        .operands(0, 0);
  }

  @Override
  public boolean endsByInterrupt() {
    return true;
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    Filters filters = Filters.parse(arguments.values("--filter"), FILTERS);
    Optional<Template> template =
        arguments
            .value("--format")
            .map(text -> Template.parse(text.equals("json") ? "{{json .}}" : text));
    Optional<Instant> since = arguments.value("--since").map(Times::parse);
    Optional<Instant> until = arguments.value("--until").map(Times::parse);
    Path file = session.parts().containers().events();
    try (EventTail tail = since.isPresent() ? EventTail.ofAll(file) : EventTail.ofNew(file)) {
      boolean more = true;
      while (more) {
        boolean ahead = until.isEmpty() || Instant.now().isBefore(until.get());
        List<String> lines = tail.more();
        more = ahead || !lines.isEmpty();
        for (String line : lines) {
          Json.Obj event = Json.parseObject(line);
          Instant time = Instant.ofEpochSecond(event.number("time").orElse(0L));
          if (fits(filters, event)
              && since.map(s -> !time.isBefore(s)).orElse(true)
              && until.map(u -> !time.isAfter(u)).orElse(true)) {
            session
                .out()
                .println(template.isPresent() ? template.get().render(shown(event)) : text(event));
          }
        }
        session.out().flush();
        if (ahead && lines.isEmpty()) {
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    }
    return 0;
  }

  private static boolean fits(Filters filters, Json.Obj event) {
    Json.Obj actor = event.object("Actor");
    Json.Obj attributes = actor.object("Attributes");
    return filters.allow("type", type -> type.equals(event.text("Type").orElse("")))
        && filters.allow("event", action -> event.text("Action").orElse("").startsWith(action))
        && filters.allow(
            "container",
            container ->
                actor.text("ID").orElse("").startsWith(container)
                    || attributes.text("name").orElse("").equals(container))
        && filters.allow("network", network -> isOf("network", network, event))
        && filters.allow("volume", volume -> isOf("volume", volume, event))
        && filters.allow("image", image -> isOfImage(image, event))
        && filters.allowLabels(actor.textMap("Attributes"));
  }

  /** The image of a container; an image by its name, with or without the tag, or its id. */
  private static boolean isOfImage(String wanted, Json.Obj event) {
    Json.Obj attributes = event.object("Actor").object("Attributes");
    if (!event.text("Type").orElse("").equals("image")) {
      return isImage(wanted, attributes.text("image").orElse(""));
    }
    return isImage(wanted, event.object("Actor").text("ID").orElse(""))
        || isImage(wanted, attributes.text("name").orElse(""));
  }

  private static boolean isImage(String wanted, String name) {
    int colon = name.lastIndexOf(':');
    return name.equals(wanted)
        || colon > name.lastIndexOf('/') && name.substring(0, colon).equals(wanted);
  }

  private static boolean isOf(String type, String wanted, Json.Obj event) {
    Json.Obj actor = event.object("Actor");
    return event.text("Type").orElse("").equals(type)
        && (actor.text("ID").orElse("").startsWith(wanted)
            || actor.object("Attributes").text("name").orElse("").equals(wanted));
  }

  /** With the members that older scripts read. */
  private static Json.Obj shown(Json.Obj event) {
    String type = event.text("Type").orElse("");
    Json.Obj shown = event.with("scope", "local");
    if (!type.equals("container") && !type.equals("image")) {
      return shown;
    }
    Json.Obj actor = event.object("Actor");
    return shown
        .with("status", event.text("Action").orElse(""))
        .with("id", actor.text("ID").orElse(""))
        .withOptional("from", actor.object("Attributes").text("image"));
  }

  /** E.g. {@code 2026-01-02T15:04:05.000000000Z container start ID (image=x, name=y)}. */
  private static String text(Json.Obj event) {
    long nanos = event.number("timeNano").orElse(0L);
    String time =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnnXXX", java.util.Locale.ROOT)
            .format(
                Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)
                    .atZone(ZoneId.systemDefault()));
    List<String> attributes = new ArrayList<>();
    event
        .object("Actor")
        .textMap("Attributes")
        .forEach((key, value) -> attributes.add(key + "=" + value));
    attributes.sort(null);
    return "%s %s %s %s (%s)"
        .formatted(
            time,
            event.text("Type").orElse(""),
            event.text("Action").orElse(""),
            event.object("Actor").text("ID").orElse(""),
            String.join(", ", attributes));
  }
}
