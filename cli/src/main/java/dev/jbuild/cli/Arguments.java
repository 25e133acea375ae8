package dev.jbuild.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command line of a verb, taken apart; options are asked for by any of their names. */
final class Arguments {
  private final Map<String, Syntax.Option> options;
  private final Map<String, List<String>> given;
  private final List<String> operands;

  /**
   * What was found.
   *
   * @param given by the key of the option: the values in order, of a flag {@code true} or {@code
   *     false}
   */
  Arguments(
      Map<String, Syntax.Option> options, Map<String, List<String>> given, List<String> operands) {
    this.options = options;
    this.given = given;
    this.operands = operands;
  }

  boolean flag(String name) {
    return flag(name, false);
  }

  /** The value of a flag, and what it is when it is not given. */
  boolean flag(String name, boolean usual) {
    List<String> values = values(name);
    return values.isEmpty() ? usual : values.getLast().equals("true");
  }

  /** The value of an option that may be given once; of several the last one counts. */
  Optional<String> value(String name) {
    List<String> values = values(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  /** The values of an option that may be given more than once, in order. */
  List<String> values(String name) {
    Syntax.Option option = options.get(name);
    return option == null ? List.of() : given.getOrDefault(option.key(), List.of());
  }

  List<String> operands() {
    return operands;
  }

  String operand(int i) {
    return operands.get(i);
  }
}
