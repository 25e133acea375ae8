package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** The build so far, as told by its events. */
final class Trace {
  private static final String RULE_PAGES = "https://docs.docker.com/go/dockerfile/rule/";

  final SequencedMap<Integer, Step> steps = new LinkedHashMap<>();
  private final List<BuildEvent.Warned> warnings = new ArrayList<>();
  private final int keptLines;
  private int planned;
  private boolean done;

  /**
   * @param keptLines how many lines of output a step keeps for the report of its failure
   */
  Trace(int keptLines) {
    this.keptLines = keptLines;
  }

  /**
   * Takes an event in and gives the step that it belongs to. The displays know events by {@code
   * instanceof}: a switch over types makes its classes at run time, which takes longer than all the
   * rest of a build that has nothing to do.
   */
  Optional<Step> update(BuildEvent event, long now) {
    if (event instanceof BuildEvent.Started started) {
      Step step = new Step(started, now, keptLines);
      steps.put(step.number, step);
      return Optional.of(step);
    }
    if (event instanceof BuildEvent.Finished finished) {
      Optional<Step> step = step(finished.vertex());
      step.ifPresent(s -> s.finish(finished.outcome(), now));
      return step;
    }
    if (event instanceof BuildEvent.Output output) {
      Optional<Step> step = step(output.vertex());
      step.ifPresent(s -> s.tail.add(output.bytes(), now - s.started));
      return step;
    }
    if (event instanceof BuildEvent.Transfer transfer) {
      Optional<Step> step = step(transfer.vertex());
      step.ifPresent(s -> s.move(transfer, now));
      return step;
    }
    if (event instanceof BuildEvent.Planned(var vertices)) {
      planned = vertices;
    } else if (event instanceof BuildEvent.Warned warned) {
      warnings.add(warned);
    } else if (event instanceof BuildEvent.Done) {
      done = true;
    }
    return Optional.empty();
  }

  private Optional<Step> step(int number) {
    return Optional.ofNullable(steps.get(number));
  }

  int ended() {
    int ended = 0;
    for (Step step : steps.values()) {
      ended += step.running() ? 0 : 1;
    }
    return ended;
  }

  /** How many rows there will be; what was planned for and never begun counts until the end. */
  int total() {
    return done ? steps.size() : Math.max(planned, steps.size());
  }

  /** The output of the steps that failed, between lines of dashes. */
  void reportFailures(OutputStream out) throws IOException {
    for (Step step : steps.values()) {
      if (step.failed()) {
        out.write(("------\n > " + step.title + ":\n").getBytes(StandardCharsets.UTF_8));
        step.tail.writeTo(out);
        out.write("------\n".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** What the build checks found. */
  void reportWarnings(OutputStream out, Style style, boolean expanded) throws IOException {
    if (warnings.isEmpty()) {
      return;
    }
    String count = warnings.size() == 1 ? "1 warning" : warnings.size() + " warnings";
    StringBuilder text = new StringBuilder("\n ");
    text.append(style.warning(count + " found" + (expanded ? ":" : " (use --debug to expand):")));
    text.append('\n');
    for (BuildEvent.Warned warning : warnings) {
      text.append(" - ").append(warning.rule()).append(": ").append(warning.message());
      if (warning.line() > 0) {
        text.append(" (line ").append(warning.line()).append(')');
      }
      text.append('\n');
      if (expanded) {
        text.append("   More info: ").append(RULE_PAGES).append(kebab(warning.rule()));
        text.append("/\n");
      }
    }
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** {@code FromAsCasing} to {@code from-as-casing}. */
  private static String kebab(String rule) {
    StringBuilder kebab = new StringBuilder();
    for (int i = 0; i < rule.length(); i++) {
      char c = rule.charAt(i);
      if (Character.isUpperCase(c)
          && i > 0
          && (Character.isLowerCase(rule.charAt(i - 1))
              || i + 1 < rule.length() && Character.isLowerCase(rule.charAt(i + 1)))) {
        kebab.append('-');
      }
      kebab.append(Character.toLowerCase(c));
    }
    return kebab.toString();
  }
}
