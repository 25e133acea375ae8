package dev.jbuild.parser.check;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.RunMount;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a stage takes from whoever builds it.
 *
 * @param description from the comment above its FROM
 * @param arguments by line
 */
public record Outline(
    Optional<String> name,
    Optional<String> description,
    List<Argument> arguments,
    List<Need> secrets,
    List<Need> agents) {
  public Outline {
    arguments = List.copyOf(arguments);
    secrets = List.copyOf(secrets);
    agents = List.copyOf(agents);
  }

  /**
   * A build argument.
   *
   * @param value that it has in this build, if it has one
   * @param description from the comment above its ARG
   */
  public record Argument(
      String name, Optional<String> value, Optional<String> description, Span span) {}

  /** A secret, or an SSH agent. */
  public record Need(String name, boolean required, Span span) {}

  /**
   * Reads it off a Dockerfile.
   *
   * @param target the stage, the last one where empty
   * @throws DockerfileException when there is no such stage
   */
  public static Outline of(
      Dockerfile dockerfile,
      Optional<String> target,
      Map<String, String> predefined,
      Map<String, String> given) {
    if (dockerfile.stages().isEmpty()) {
      throw new DockerfileException(new Span(1, 1), "dockerfile contains no stages to build");
    }
    Collector collector = new Collector(dockerfile, predefined, given);
    Stage last = dockerfile.stages().getLast();
    Set<Integer> stages = collector.stages(target.orElse(String.valueOf(last.index())));
    if (stages.isEmpty()) {
      throw new DockerfileException(
          last.from().span(), "target stage \"" + target.orElse("") + "\" could not be found");
    }
    Stage stage = dockerfile.stages().get(stages.iterator().next());
    new TreeSet<>(stages).forEach(index -> collector.stage(dockerfile.stages().get(index)));
    return new Outline(
        stage.from().name(),
        stage.docComment(),
        collector.arguments(),
        List.copyOf(collector.secrets.values()),
        List.copyOf(collector.agents.values()));
  }

  private static final class Collector {
    private final Dockerfile dockerfile;
    private final Map<String, String> given;
    private final Map<String, String> globals;
    private final Reach reach;
    private final Map<String, Argument> defined = new LinkedHashMap<>();
    private final Map<String, Set<String>> needs = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final Map<String, Need> secrets = new LinkedHashMap<>();
    private final Map<String, Need> agents = new LinkedHashMap<>();

    Collector(Dockerfile dockerfile, Map<String, String> predefined, Map<String, String> given) {
      this.dockerfile = dockerfile;
      this.given = given;
      this.globals = Checks.globals(dockerfile, predefined, given);
      this.reach = new Reach(dockerfile, globals);
      for (Instruction.Arg arg : dockerfile.globalArgs()) {
        for (Instruction.Assignment one : arg.assignments()) {
          String name = one.name();
          Variables variables = new Variables(globals);
          one.value().ifPresent(v -> Checks.expand(arg, v, variables, dockerfile.escape()));
          needs.put(name, variables.found());
          define(arg, name, Optional.ofNullable(globals.get(name)));
        }
      }
    }

    Set<Integer> stages(String target) {
      return reach.from(Optional.of(target));
    }

    private void define(Instruction.Arg arg, String name, Optional<String> value) {
      defined.put(name, new Argument(name, value, dockerfile.docComment(arg, name), arg.span()));
    }

    void stage(Stage stage) {
      Instruction.From from = stage.from();
      Variables variables = new Variables(globals);
      Checks.expand(from, from.image(), variables, dockerfile.escape());
      from.platform().ifPresent(text -> Checks.expand(from, text, variables, dockerfile.escape()));
      use(variables.found());
      Map<String, String> env = new LinkedHashMap<>();
      for (Instruction instruction : stage.instructions()) {
        switch (instruction) {
          case Instruction.Arg arg -> argument(arg, env);
          case Instruction.Env set ->
              set.pairs().forEach(pair -> env.put(pair.name(), soft(pair.value(), env)));
          case Instruction.Run run -> run.mounts().forEach(mount -> mount(run, mount, env));
          default -> {}
        }
      }
    }

    private void use(Set<String> names) {
      for (String name : names) {
        if (used.add(name)) {
          use(needs.getOrDefault(name, Set.of()));
        }
      }
    }

    private void argument(Instruction.Arg arg, Map<String, String> env) {
      for (Instruction.Assignment one : arg.assignments()) {
        String name = one.name();
        Optional<String> value = Optional.ofNullable(given.get(name));
        boolean imported = one.value().isEmpty() && globals.containsKey(name);
        if (value.isEmpty()) {
          value =
              imported
                  ? Optional.ofNullable(globals.get(name))
                  : one.value().map(text -> soft(text, env));
        }
        value.ifPresent(text -> env.put(name, text));
        if (!imported || given.containsKey(name) && !defined.containsKey(name)) {
          define(arg, name, value);
        }
        use(Set.of(name));
      }
    }

    /** The base image may set what is missing here, which is no reason to say nothing. */
    private String soft(String word, Map<String, String> env) {
      try {
        return new Variables(env).expand(word, dockerfile.escape());
      } catch (IllegalArgumentException _) {
        return word;
      }
    }

    private void mount(Instruction.Run run, String text, Map<String, String> env) {
      RunMount mount;
      try {
        mount = RunMount.parse(text, word -> soft(word, env));
      } catch (IllegalArgumentException e) {
        throw new DockerfileException(run.span(), String.valueOf(e.getMessage()));
      }
      if (mount.type() == RunMount.Type.SECRET) {
        String id =
            mount
                .id()
                .or(mount::source)
                .or(() -> mount.target().map(Collector::lastPart))
                .orElse("");
        secrets.merge(id, new Need(id, mount.required(), run.span()), Collector::stricter);
      } else if (mount.type() == RunMount.Type.SSH) {
        String id = mount.id().orElse("default");
        agents.merge(id, new Need(id, mount.required(), run.span()), Collector::stricter);
      }
    }

    private static String lastPart(String path) {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    private static Need stricter(Need first, Need second) {
      return new Need(first.name(), first.required() || second.required(), first.span());
    }

    List<Argument> arguments() {
      List<Argument> list = new ArrayList<>();
      for (String name : used) {
        Argument argument = defined.get(name);
        if (argument != null) {
          list.add(argument);
        }
      }
      list.sort(Comparator.comparingInt(argument -> argument.span().firstLine()));
      return list;
    }
  }
}
