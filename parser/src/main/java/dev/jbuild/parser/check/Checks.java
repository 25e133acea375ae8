package dev.jbuild.parser.check;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds in a Dockerfile what builds, and yet is a mistake. */
public final class Checks {
  private Checks() {}

  /**
   * What was found.
   *
   * @param warnings by line
   * @param error what would fail a build, as far as it shows here
   */
  public record Findings(List<Warning> warnings, Optional<DockerfileException> error) {
    public Findings {
      warnings = List.copyOf(warnings);
    }

    /** The names of the rules that were not kept. */
    public Set<String> rules() {
      Set<String> rules = new LinkedHashSet<>();
      warnings.forEach(warning -> rules.add(warning.rule().title()));
      return rules;
    }
  }

  /**
   * The options of a file's own directive.
   *
   * @throws DockerfileException for one that makes no sense
   */
  public static CheckOptions options(Dockerfile dockerfile) {
    Optional<String> text = dockerfile.directives().check();
    try {
      return text.map(CheckOptions::parse).orElse(CheckOptions.DEFAULT);
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          new dev.jbuild.parser.Span(1, 1), "failed to parse check options: " + e.getMessage());
    }
  }

  /** Checks a whole file. */
  public static Findings run(Dockerfile dockerfile, CheckRequest request) {
    Report report = new Report(dockerfile, request.options());
    new FileChecks(dockerfile, report).run();
    try {
      Map<String, String> globals = globals(dockerfile, request.predefined(), request.arguments());
      new BaseChecks(dockerfile, request, report, globals).run();
      stages(dockerfile, request, report, globals);
      return new Findings(report.warnings(), Optional.empty());
    } catch (DockerfileException e) {
      return new Findings(report.warnings(), Optional.of(e));
    }
  }

  private static void stages(
      Dockerfile dockerfile, CheckRequest request, Report report, Map<String, String> globals) {
    Reach reach = new Reach(dockerfile, globals);
    Set<Integer> wanted = reach.from(request.target());
    List<StageChecks> done = new ArrayList<>();
    for (Stage stage : dockerfile.stages()) {
      Optional<StageChecks> base = reach.base(stage).map(b -> done.get(b.index()));
      StageChecks checks =
          new StageChecks(
              dockerfile, stage, request, report, globals, wanted.contains(stage.index()));
      checks.begin(base, reach.image(stage));
      checks.run();
      done.add(checks);
    }
  }

  /** The values of arguments before the first FROM. */
  static Map<String, String> globals(
      Dockerfile dockerfile, Map<String, String> predefined, Map<String, String> given) {
    Map<String, String> values = new LinkedHashMap<>(predefined);
    for (Instruction.Arg arg : dockerfile.globalArgs()) {
      for (Instruction.Assignment one : arg.assignments()) {
        String value = given.get(one.name());
        if (value == null && one.value().isPresent()) {
          value = expand(arg, one.value().get(), new Variables(values), dockerfile.escape());
        }
        if (value != null) {
          values.put(one.name(), value);
        }
      }
    }
    return values;
  }

  static String expand(Instruction at, String word, Variables variables, char escape) {
    try {
      return variables.expand(word, escape);
    } catch (IllegalArgumentException e) {
      throw failure(at, word, e);
    }
  }

  static DockerfileException failure(Instruction at, String word, IllegalArgumentException e) {
    return new DockerfileException(
        at.span(),
        "failed to process " + dev.jbuild.parser.GoText.quote(word) + ": " + e.getMessage());
  }
}
