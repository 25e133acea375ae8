package dev.jbuild.cli;

import java.util.List;
import java.util.Optional;

/** The verbs of containers and volumes. */
final class ContainerVerbs {
  /** Those that also stand alone, without {@code container} before them. */
  private static final List<String> ALONE =
      List.of(
          "attach", "commit", "cp", "create", "diff", "exec", "export", "kill", "logs", "pause",
          "port", "rename", "restart", "rm", "run", "start", "stats", "stop", "top", "unpause",
          "update", "wait");

  private ContainerVerbs() {}

  /** A verb that stands alone. */
  static Optional<Verb> alone(String name) {
    if (name.equals("ps")) {
      return Optional.of(new PsVerb(name));
    }
    if (name.equals("events")) {
      return Optional.of(new EventsVerb(name));
    }
    return ALONE.contains(name) ? of(name, name) : Optional.empty();
  }

  /** A verb of the groups {@code container} and {@code volume}. */
  static Optional<Verb> member(String group, String name) {
    if (group.equals("container")) {
      return switch (name) {
        case "ls", "list", "ps" -> Optional.of(new PsVerb("container " + name));
        case "remove" -> of("rm", "container remove");
        case "inspect" -> Optional.of(new InspectVerb("container inspect"));
        default -> of(name, "container " + name);
      };
    }
    if (group.equals("volume")) {
      return VolumeVerbs.member(name);
    }
    return group.equals("system") && name.equals("events")
        ? Optional.of(new EventsVerb("system events"))
        : Optional.empty();
  }

  /** Names for suggestions and help. */
  static List<String> names(String group) {
    return switch (group) {
      case "" -> ALONE;
      case "container" -> {
        List<String> names = new java.util.ArrayList<>(ALONE);
        names.addAll(List.of("inspect", "ls", "prune"));
        names.sort(null);
        yield names;
      }
      case "volume" -> VolumeVerbs.names();
      default -> List.of();
    };
  }

  private static Optional<Verb> of(String verb, String name) {
    return Optional.ofNullable(
        switch (verb) {
          case "run" -> new RunVerb();
          case "create" -> new CreateVerb(name);
          case "start" -> new StartVerb(name);
          case "stop" -> LifeVerbs.stop(name);
          case "restart" -> LifeVerbs.restart(name);
          case "kill" -> LifeVerbs.kill(name);
          case "pause", "unpause" -> LifeVerbs.freeze(name, verb);
          case "wait" -> LifeVerbs.await(name);
          case "rm" -> new LifeVerbs.Remove(name);
          case "update" -> LifeVerbs.update(name);
          case "rename" -> new LifeVerbs.Rename(name);
          case "attach" -> new AttachVerb(name);
          case "exec" -> new ExecVerb(name);
          case "logs" -> new LogsVerb(name);
          case "cp" -> new CpVerb(name);
          case "port" -> new PortVerb(name);
          case "top" -> new TopVerb(name);
          case "stats" -> new StatsVerb(name);
          case "diff" -> new ImageFromVerbs.Diff(name);
          case "export" -> new ImageFromVerbs.Export(name);
          case "commit" -> new ImageFromVerbs.Committed(name);
          case "prune" -> new VolumeVerbs.ContainerPrune();
          default -> null;
        });
  }
}
