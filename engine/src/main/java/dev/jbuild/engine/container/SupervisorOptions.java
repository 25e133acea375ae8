package dev.jbuild.engine.container;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** A container's settings as its supervisor reads them. */
final class SupervisorOptions {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LOG_BYTES = 10_000_000;
  private static final long LOG_FILES = 5;

  private SupervisorOptions() {}

  static SequencedMap<String, String> of(Container container) {
    SequencedMap<String, String> options = new LinkedHashMap<>();
    options.put("id", container.id());
    options.put("tty", Boolean.toString(container.tty()));
    options.put("actor", actor(container));
    if (container.autoRemove()) {
      options.put("remove", "1");
    }
    if (container.config().flag("StdinOnce")) {
      options.put("stdin-once", "1");
    }
    options.put("stop-signal", Integer.toString(container.stopSignal()));
    options.put("stop-timeout", Long.toString(container.stopTimeout() * 1000));
    Json.Obj policy = container.hostConfig().object("RestartPolicy");
    options.put("restart", policy.text("Name").filter(n -> !n.isEmpty()).orElse("no"));
    options.put("restart-max", policy.number("MaximumRetryCount").orElse(0L).toString());
    log(container, options);
    health(container, options);
    return options;
  }

  /** Networks and volumes that it has while it runs, for those who follow the events. */
  static void uses(Container container, NetworkSetup setup, Map<String, String> options) {
    int number = 0;
    for (NetworkSetup.Joined network : setup.networks()) {
      Json.Obj attributes =
          Json.obj()
              .with("container", container.id())
              .with("name", network.name())
              .with("type", network.driver());
      options.put("uses-" + number++, "network " + network.id() + " " + members(attributes));
    }
    for (Json.Obj mount : container.mounts()) {
      String name = mount.text("Name").orElse("");
      if (!name.isEmpty()) {
        Json.Obj attributes =
            Json.obj()
                .with("container", container.id())
                .with("destination", mount.text("Destination").orElse(""))
                .with("driver", mount.text("Driver").orElse("local"))
                .with("propagation", "")
                .with("read/write", Boolean.toString(mount.flag("RW")));
        options.put("uses-" + number++, "volume " + name + " " + members(attributes));
      }
    }
  }

  private static void log(Container container, Map<String, String> options) {
    Json.Obj log = container.hostConfig().object("LogConfig");
    if (log.text("Type").orElse("").equals("none")) {
      return;
    }
    Map<String, String> wanted = log.textMap("Config");
    long size =
        Optional.ofNullable(wanted.get("max-size"))
            .flatMap(SupervisorOptions::decimalBytes)
            .orElse(LOG_BYTES);
    options.put("log", "1");
    options.put("log-max", Long.toString(size));
    options.put("log-count", wanted.getOrDefault("max-file", Long.toString(LOG_FILES)));
  }

  /** E.g. {@code 10m}: decimal, as Docker takes sizes of logs; -1 is without end. */
  private static Optional<Long> decimalBytes(String text) {
    return SandboxOf.bytes(text)
        .map(binary -> {
          char unit = Character.toLowerCase(text.isEmpty() ? ' ' : text.charAt(text.length() - 1));
          return switch (unit) {
            case 'k' -> (binary >> 10) * 1000;
            case 'm' -> (binary >> 20) * 1_000_000;
            case 'g' -> (binary >> 30) * 1_000_000_000;
            default -> Math.max(0, binary);
          };
        });
  }

  private static void health(Container container, Map<String, String> options) {
    Json.Obj check = container.config().object("Healthcheck");
    String[][] names = {
      {"Interval", "health-interval"},
      {"Timeout", "health-timeout"},
      {"StartPeriod", "health-start-period"},
      {"StartInterval", "health-start-interval"},
    };
    for (String[] name : names) {
      long nanos = check.number(name[0]).orElse(0L);
      if (nanos > 0) {
        options.put(name[1], Long.toString(Math.max(1, nanos / NANOS_PER_MILLI)));
      }
    }
    long retries = check.number("Retries").orElse(0L);
    if (retries > 0) {
      options.put("health-retries", Long.toString(retries));
    }
  }

  /** The words of the health check; none when there is no check. */
  static List<String> healthCommand(Container container) {
    List<String> test = container.config().object("Healthcheck").texts("Test");
    if (test.size() < 2) {
      return List.of();
    }
    return switch (test.getFirst()) {
      case "CMD" -> test.subList(1, test.size());
      case "CMD-SHELL" -> {
        List<String> words = new ArrayList<>(container.config().texts("Shell"));
        if (words.isEmpty()) {
          words.addAll(List.of("/bin/sh", "-c"));
        }
        words.add(test.get(1));
        yield words;
      }
      default -> List.of();
    };
  }

  /** Who an event is about: the members of a JSON object without its braces. */
  static String actor(Container container) {
    Json.Obj actor = Json.obj().with("image", container.image()).with("name", container.name());
    for (var label : container.labels().entrySet()) {
      actor = actor.with(label.getKey(), label.getValue());
    }
    return members(actor);
  }

  private static String members(Json.Obj json) {
    String text = json.compact();
    return text.substring(1, text.length() - 1);
  }
}
