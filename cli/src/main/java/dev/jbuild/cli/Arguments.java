package dev.jbuild.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line of a verb, taken apart; options are asked for by any of their names. */
final class Arguments {
  private final ParseResult parsed;

  private final FlagValues explicit;

  Arguments(ParseResult parsed, FlagValues explicit) {
    this.parsed = parsed;
    this.explicit = explicit;
  }

  boolean flag(String name) {
    return flag(name, false);
  }

  /** The value of a flag, and what it is when it is not given. */
  boolean flag(String name, boolean usual) {
    OptionSpec flag = parsed.commandSpec().findOption(name);
    return flag == null ? usual : explicit.value(flag, usual || parsed.hasMatchedOption(flag));
  }

  /** The value of an option that may be given once; of several the last one counts. */
  Optional<String> value(String name) {
    return Optional.ofNullable(parsed.matchedOptionValue(name, (String) null));
  }

  /** The values of an option that may be given more than once, in order. */
  List<String> values(String name) {
    return parsed.matchedOptionValue(name, List.of());
  }

  List<String> operands() {
    return parsed.matchedPositionalValue(0, List.of());
  }

  String operand(int i) {
    return operands().get(i);
  }
}
