package dev.jbuild.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes {@code --flag=false} and the like out of a command line: picocli refuses a value of an
 * option that needs none, docker's parser does not.
 */
final class FlagValues {
  private final Map<String, OptionSpec> options;
  private final boolean endAtOperand;
  private final Map<OptionSpec, Boolean> explicit = new HashMap<>();

  FlagValues(CommandSpec spec) {
    this.options = spec.optionsMap();
    this.endAtOperand = spec.parser().stopAtPositional();
  }

  /** The value of a flag: that which was written, else true where it is there. */
  Optional<Boolean> value(OptionSpec flag, boolean there) {
    Boolean written = explicit.get(flag);
    return written == null && there ? Optional.of(true) : Optional.ofNullable(written);
  }

  /**
   * The arguments without explicit values of flags.
   *
   * @throws UsageException when such a value is neither true nor false
   */
  List<String> takeFrom(List<String> arguments) {
    List<String> rest = new ArrayList<>(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      boolean operand = !argument.startsWith("-") || argument.equals("-");
      if (argument.equals("--") || operand && endAtOperand) {
        rest.addAll(arguments.subList(i, arguments.size()));
        return rest;
      }
      if (!operand && isExplicit(argument)) {
        continue;
      }
      rest.add(argument);
      if (!operand && valueFollows(argument) && i + 1 < arguments.size()) {
        rest.add(arguments.get(++i));
      }
    }
    return rest;
  }

  private boolean isExplicit(String argument) {
    int equals = argument.indexOf('=');
    OptionSpec option = equals < 0 ? null : options.get(argument.substring(0, equals));
    if (option == null || option.arity().max() != 0) {
      return false;
    }
    String text = argument.substring(equals + 1);
    boolean value =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "true", "1", "t" -> true;
          case "false", "0", "f" -> false;
          default ->
              throw new UsageException(
                  "invalid argument \""
                      + text
                      + "\" for \""
                      + option.longestName()
                      + "\" flag: use true or false");
        };
    explicit.put(option, value);
    return true;
  }

  /** {@code --env}, {@code -e}, or a cluster that ends in such a letter: {@code -ite}. */
  private boolean valueFollows(String argument) {
    OptionSpec whole = options.get(argument);
    if (whole != null || argument.startsWith("--")) {
      return whole != null && whole.arity().max() > 0;
    }
    for (int i = 1; i < argument.length(); i++) {
      OptionSpec letter = options.get("-" + argument.charAt(i));
      if (letter == null || letter.arity().max() > 0) {
        return letter != null && i == argument.length() - 1;
      }
    }
    return false;
  }
}
