package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import java.util.List;
import java.util.Optional;

/** The parts of a template, as in Go's text/template/parse. */
sealed interface TemplateNode {
  /** Text outside of actions. */
  record Plain(String text) implements TemplateNode {}

  /** {@code {{pipeline}}}. */
  record Print(Pipeline value) implements TemplateNode {}

  /** {@code {{$name := pipeline}}}. */
  record Assign(String name, Pipeline value) implements TemplateNode {}

  /** {@code {{if pipeline}} … {{else}} … {{end}}}. */
  record If(Pipeline condition, List<TemplateNode> body, List<TemplateNode> otherwise)
      implements TemplateNode {}

  /** {@code {{with pipeline}} … {{else}} … {{end}}}. */
  record With(Pipeline value, List<TemplateNode> body, List<TemplateNode> otherwise)
      implements TemplateNode {}

  /** {@code {{range $key, $value := pipeline}} … {{else}} … {{end}}}. */
  record Range(
      Optional<String> key,
      Optional<String> element,
      Pipeline value,
      List<TemplateNode> body,
      List<TemplateNode> otherwise)
      implements TemplateNode {}

  /** Commands of which each gets the result of the one before as its last argument. */
  record Pipeline(List<Command> commands) {}

  /** A function with its arguments, or one value. */
  record Command(Optional<String> function, List<Operand> arguments) {
    /** {@code .Label "key"}: the one method that rows of lists have. */
    boolean isLabel() {
      return function.isEmpty()
          && arguments.size() == 2
          && arguments.getFirst().source() instanceof Source.Dot
          && arguments.getFirst().fields().equals(List.of("Label"));
    }
  }

  /** A value, and the fields taken of it. */
  record Operand(Source source, List<String> fields) {}

  /** Where a value comes from. */
  sealed interface Source {
    record Dot() implements Source {}

    record Variable(String name) implements Source {}

    record Literal(Json value) implements Source {}

    record Group(Pipeline value) implements Source {}

    /** A function named without arguments where a value is expected. */
    record Call(String function) implements Source {}
  }
}
