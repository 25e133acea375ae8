package dev.jbuild.parser.check;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.GoText;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What shows in the text alone. */
final class FileChecks {
  private static final Set<String> RESERVED = Set.of("context", "scratch");

  private final Dockerfile dockerfile;
  private final Report report;

  FileChecks(Dockerfile dockerfile, Report report) {
    this.dockerfile = dockerfile;
    this.report = report;
  }

  void run() {
    for (int line : dockerfile.emptyContinuations()) {
      report.add(Rule.NO_EMPTY_CONTINUATION, new Span(line, line), "Empty continuation line");
    }
    dockerfile.globalArgs().forEach(this::argument);
    for (Stage stage : dockerfile.stages()) {
      from(stage.from());
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Arg arg) {
          argument(arg);
        } else if (instruction instanceof Instruction.Maintainer) {
          report.add(
              Rule.MAINTAINER_DEPRECATED,
              instruction,
              "Maintainer instruction is deprecated in favor of using label");
        }
      }
    }
    stageNames();
    casing();
  }

  private void from(Instruction.From from) {
    if (from.name().isEmpty()) {
      return;
    }
    String[] words = from.source().split("[ \t\r\f\u000B]+", -1);
    String keyword = words[0];
    String as = words[words.length - 2];
    String name = words[words.length - 1];
    if (!name.equals(lower(name))) {
      report.add(Rule.STAGE_NAME_CASING, from, "Stage name '" + name + "' should be lowercase");
    }
    boolean matches =
        !isOneCase(keyword) || as.equals(keyword.equals(lower(keyword)) ? lower(as) : upper(as));
    if (!matches) {
      report.add(
          Rule.FROM_AS_CASING,
          from,
          "'" + as + "' and '" + keyword + "' keywords' casing do not match");
    }
    description("FROM", List.of(from.name().get()), from);
  }

  private void argument(Instruction.Arg arg) {
    description("ARG", arg.assignments().stream().map(Instruction.Assignment::name).toList(), arg);
  }

  private void description(String keyword, List<String> names, Instruction at) {
    List<String> comments = dockerfile.commentsAbove(at);
    if (comments.isEmpty() || names.contains(comments.getLast().split(" ", 2)[0])) {
      return;
    }
    String example = names.size() > 1 ? "<arg_key>" : names.getFirst();
    report.add(
        Rule.INVALID_DEFINITION_DESCRIPTION,
        at,
        "Comment for " + keyword + " should follow the format: `# " + example + " <description>`");
  }

  private void stageNames() {
    Set<String> seen = new HashSet<>();
    for (Stage stage : dockerfile.stages()) {
      if (stage.from().name().isEmpty()) {
        continue;
      }
      String name = stage.from().name().get();
      if (RESERVED.contains(name)) {
        report.add(
            Rule.RESERVED_STAGE_NAME,
            stage.from(),
            "Stage name should not use the same name as reserved stage " + GoText.quote(name));
      }
      if (!seen.add(name)) {
        report.add(
            Rule.DUPLICATE_STAGE_NAME,
            stage.from(),
            "Duplicate stage name " + GoText.quote(name) + ", stage names should be unique");
      }
    }
  }

  private void casing() {
    int lower = 0;
    int upper = 0;
    for (Stage stage : dockerfile.stages()) {
      for (Instruction instruction : withFrom(stage)) {
        String word = instruction.keyword();
        lower += word.equals(lower(word)) ? 1 : 0;
        upper += word.equals(upper(word)) ? 1 : 0;
      }
    }
    boolean wantLower = lower > upper;
    for (Stage stage : dockerfile.stages()) {
      for (Instruction instruction : withFrom(stage)) {
        String word = instruction.keyword();
        if (!word.equals(wantLower ? lower(word) : upper(word))) {
          report.add(
              Rule.CONSISTENT_INSTRUCTION_CASING,
              instruction,
              "Command '"
                  + word
                  + "' should match the case of the command majority ("
                  + (wantLower ? "lowercase" : "uppercase")
                  + ")");
        }
      }
    }
  }

  private static List<Instruction> withFrom(Stage stage) {
    List<Instruction> all = new java.util.ArrayList<>(stage.instructions().size() + 1);
    all.add(stage.from());
    all.addAll(stage.instructions());
    return all;
  }

  private static boolean isOneCase(String word) {
    return word.equals(lower(word)) || word.equals(upper(word));
  }

  private static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
