package dev.jbuild.cli;

import dev.jbuild.cache.FolderSize;
import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Volumes;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The verbs of volumes. */
final class VolumeVerbs {
  private static final Set<String> FILTERS = Set.of("name", "label", "dangling", "driver");

  private VolumeVerbs() {}

  static Optional<Verb> member(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "create" -> new Create();
          case "ls", "list" -> new Ls("volume " + name);
          case "inspect" -> new Inspect();
          case "rm", "remove" -> new Remove("volume " + name);
          case "prune" -> new Prune();
          default -> null;
        });
  }

  static List<String> names() {
    return List.of("create", "inspect", "ls", "prune", "rm");
  }

  private static Volumes volumes(Session session) throws IOException {
    return session.parts().containers().volumes();
  }

  /** The containers that have a volume mounted, running or not. */
  static List<Container> users(Session session, String volume) throws IOException {
    List<Container> users = new ArrayList<>();
    for (Container container : session.parts().containers().all()) {
      for (Json.Obj mount : container.mounts()) {
        if (mount.text("Name").orElse("").equals(volume)) {
          users.add(container);
          break;
        }
      }
    }
    return users;
  }

  private record Create() implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax("volume create", "[VOLUME]", "Create a volume")
          .value("-d --driver", "name", "local is the only one")
          .values("--label", "key=value", "Set a label")
          .values("-o --opt", "key=value", "Kept with the volume")
          .acceptedValues("--name")
          .operands(0, 1);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException {
      if (!arguments.value("--driver").orElse("local").equals("local")) {
        throw new UsageException(
            "plugin \"" + arguments.value("--driver").get() + "\" not found: there is local");
      }
      Map<String, String> labels = RunOptions.pairs(arguments.values("--label"));
      Volumes.Volume volume =
          arguments.operands().isEmpty()
              ? volumes(session).createAnonymous()
              : volumes(session)
                  .create(
                      arguments.operand(0), labels, RunOptions.pairs(arguments.values("--opt")));
      session.out().println(volume.name());
      return 0;
    }
  }

  private record Ls(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "", "List volumes")
          .values("-f --filter", "key=value", "Only those that fit: dangling, driver, label, name")
          .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
          .flag("-q --quiet", "Show names only")
          .operands(0, 0);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException {
      Filters filters = Filters.parse(arguments.values("--filter"), FILTERS);
      Listing listing =
          new Listing()
              .column("Driver", "DRIVER")
              .column("Name", "VOLUME NAME")
              .field("Mountpoint", "MOUNTPOINT")
              .field("Scope", "SCOPE")
              .field("Labels", "LABELS");
      for (Volumes.Volume volume : volumes(session).all()) {
        boolean used = !users(session, volume.name()).isEmpty();
        if (!filters.allow("name", volume.name()::contains)
            || !filters.allow("driver", "local"::equals)
            || !filters.allow("dangling", text -> text.equals("true") != used)
            || !filters.allowLabels(volume.json().textMap("Labels"))) {
          continue;
        }
        if (arguments.flag("--quiet")) {
          session.out().println(volume.name());
        } else {
          listing.row(volume.json().with("Labels", labels(volume)));
        }
      }
      if (!arguments.flag("--quiet")) {
        session.out().print(listing.print(arguments.value("--format").orElse("")));
      }
      return 0;
    }

    private static String labels(Volumes.Volume volume) {
      List<String> labels = new ArrayList<>();
      volume.json().textMap("Labels").forEach((key, value) -> labels.add(key + "=" + value));
      return String.join(",", labels);
    }
  }

  private record Inspect() implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax("volume inspect", "VOLUME [VOLUME...]", "Show what is known of volumes")
          .value("-f --format", "template", "\"json\" or a Go template")
          .operands(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Arguments arguments, Session session) throws Exception {
      return Inspection.print(arguments, this, session, operand -> find(session, operand).json());
    }
  }

  private static Volumes.Volume find(Session session, String name) throws IOException {
    return volumes(session)
        .find(name)
        .orElseThrow(() -> EngineVerb.failure("get " + name + ": no such volume"));
  }

  private record Remove(String name) implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax(name, "VOLUME [VOLUME...]", "Remove one or more volumes")
          .flag("-f --force", "No error when there is none")
          .operands(1, Integer.MAX_VALUE);
    }

    @Override
    public int run(Arguments arguments, Session session) throws Exception {
      return Operands.each(
          arguments.operands(),
          this,
          session,
          operand -> {
            if (!arguments.flag("--force") || volumes(session).find(operand).isPresent()) {
              Volumes.Volume volume = find(session, operand);
              List<String> users =
                  users(session, volume.name()).stream().map(Container::id).toList();
              if (!users.isEmpty()) {
                throw EngineVerb.failure(
                    "remove "
                        + volume.name()
                        + ": volume is in use - ["
                        + String.join(", ", users)
                        + "]");
              }
              volumes(session).remove(volume.name());
            }
            session.out().println(operand);
          });
    }
  }

  record Prune() implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax("volume prune", "", "Remove volumes that no container has")
          .flag("-a --all", "Also those with a name")
          .flag("-f --force", "Do not ask")
          .values("--filter", "key=value", "Only those that fit: label")
          .operands(0, 0);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException {
      Filters filters = Filters.parse(arguments.values("--filter"), Set.of("label", "label!"));
      boolean all = arguments.flag("--all");
      if (!arguments.flag("--force")
          && !Question.agreed(
              session,
              "This will remove "
                  + (all ? "all" : "anonymous")
                  + " local volumes not used by at least one container.")) {
        return 0;
      }
      long bytes = sweep(session, filters, all, false);
      session.out().println("Total reclaimed space: " + Sizes.precise(bytes));
      return 0;
    }

    /** Removes them and tells which, or in a dry run only tells; returns their bytes. */
    static long sweep(Session session, Filters filters, boolean all, boolean dry)
        throws IOException {
      List<String> removed = new ArrayList<>();
      long bytes = 0;
      for (Volumes.Volume volume : volumes(session).all()) {
        if ((all || volume.anonymous())
            && users(session, volume.name()).isEmpty()
            && filters.allowLabels(volume.json().textMap("Labels"))) {
          bytes += FolderSize.of(volume.data());
          if (!dry) {
            volumes(session).remove(volume.name());
          }
          removed.add(volume.name());
        }
      }
      if (!removed.isEmpty()) {
        session.out().println("Deleted Volumes:");
        removed.forEach(session.out()::println);
        session.out().println();
      }
      return bytes;
    }
  }

  /** Removes all containers that do not run. */
  record ContainerPrune() implements EngineVerb {
    @Override
    public Syntax syntax() {
      return new Syntax("container prune", "", "Remove all stopped containers")
          .flag("-f --force", "Do not ask")
          .values("--filter", "key=value", "Only those that fit: label, until")
          .operands(0, 0);
    }

    @Override
    public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
      Filters filters =
          Filters.parse(arguments.values("--filter"), Set.of("label", "label!", "until"));
      if (!arguments.flag("--force")
          && !Question.agreed(session, "This will remove all stopped containers.")) {
        return 0;
      }
      session
          .out()
          .println("Total reclaimed space: " + Sizes.precise(sweep(session, filters, false)));
      return 0;
    }

    /** Removes them and tells which, or in a dry run only tells; returns their bytes. */
    static long sweep(Session session, Filters filters, boolean dry)
        throws IOException, InterruptedException {
      List<String> removed = new ArrayList<>();
      long bytes = 0;
      for (Container container : session.parts().containers().all()) {
        if (!container.state().supervised()
            && filters.allowLabels(container.labels())
            && filters.allow("until", time -> container.created().isBefore(Times.parse(time)))) {
          bytes += FolderSize.of(container.folder().resolve("upper"));
          if (!dry) {
            session.parts().lifecycle().remove(container, false, false);
          }
          removed.add(container.id());
        }
      }
      if (!removed.isEmpty()) {
        session.out().println("Deleted Containers:");
        removed.forEach(session.out()::println);
        session.out().println();
      }
      return bytes;
    }
  }
}
