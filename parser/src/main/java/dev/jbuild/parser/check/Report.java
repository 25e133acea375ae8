package dev.jbuild.parser.check;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Span;
import java.util.ArrayList;
import java.util.List;

/** Takes findings down, but for those that somebody does not want to read. */
final class Report {
  private final Dockerfile dockerfile;
  private final CheckOptions options;
  private final List<Warning> warnings = new ArrayList<>();

  Report(Dockerfile dockerfile, CheckOptions options) {
    this.dockerfile = dockerfile;
    this.options = options;
  }

  void add(Rule rule, Instruction at, String message) {
    add(rule, at, at.span(), message);
  }

  /** Takes down something about an instruction that concerns another place. */
  void add(Rule rule, Instruction at, Span span, String message) {
    if (options.merged(dockerfile.commentsAbove(at)).includes(rule)) {
      warnings.add(new Warning(rule, message, span));
    }
  }

  void add(Rule rule, Span span, String message) {
    if (options.includes(rule)) {
      warnings.add(new Warning(rule, message, span));
    }
  }

  /** By line. */
  List<Warning> warnings() {
    List<Warning> sorted = new ArrayList<>(warnings);
    sorted.sort((a, b) -> Integer.compare(a.span().firstLine(), b.span().firstLine()));
    return sorted;
  }
}
