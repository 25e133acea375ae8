package dev.jbuild.parser.check;

import dev.jbuild.parser.Span;

/**
 * What a check found.
 *
 * @param message about this place, as BuildKit words it
 */
public record Warning(Rule rule, String message, Span span) {
  /** On one line: {@code Rule: message (line N)}. */
  public String brief() {
    return rule.title() + ": " + message + " (line " + span.firstLine() + ")";
  }
}
