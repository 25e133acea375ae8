package dev.jbuild.parser;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An instruction cut into its parts, which have not been looked at yet.
 *
 * @param line its text
 * @param span its lines, those of here-documents included
 * @param word the instruction's word as written
 * @param flags with their quotes removed
 * @param args words, the strings of a JSON array, or one text; pairs as {@code name=value}
 * @param json written as a JSON array
 * @param legacy a pair written with a blank
 * @param heredocs with their contents
 * @param trigger of ONBUILD
 */
public record RawInstruction(
    LogicalLine line,
    Span span,
    String word,
    List<String> flags,
    List<String> args,
    boolean json,
    boolean legacy,
    List<Heredoc> heredocs,
    Optional<RawInstruction> trigger) {

  /** The word in upper case. */
  String keyword() {
    return word.toUpperCase(Locale.ROOT);
  }

  boolean mayHaveHeredocs() {
    return switch (keyword()) {
      case "ONBUILD" -> trigger.map(RawInstruction::mayHaveHeredocs).orElse(false);
      case "RUN", "COPY", "ADD" -> !json;
      default -> false;
    };
  }

  RawInstruction withHeredocs(List<Heredoc> found, int lastLine) {
    Span whole = new Span(span.firstLine(), lastLine);
    return new RawInstruction(line, whole, word, flags, args, json, legacy, found, trigger);
  }

  DockerfileException error(String message) {
    return new DockerfileException(span, message);
  }

  DockerfileException error(String message, String hint) {
    return new DockerfileException(span, message, Optional.of(hint));
  }
}
