package dev.jbuild.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes a command line apart in which all is as it should be. Picocli takes 15 ms of processor time
 * to be ready for the first argument, a tenth of {@code jbuild run}; so it is asked only about the
 * lines that are not understood here, and says what is wrong with them.
 */
final class PlainLine {
  private final Map<String, Syntax.Option> options;
  private final boolean endAtOperand;
  private final Map<String, List<String>> given = new LinkedHashMap<>();
  private final List<String> operands = new ArrayList<>();

  private PlainLine(Map<String, Syntax.Option> options, boolean endAtOperand) {
    this.options = options;
    this.endAtOperand = endAtOperand;
  }

  /**
   * Reads a command line as docker's parser does (spf13/pflag).
   *
   * @return empty when there is anything in it that needs an answer
   */
  static Optional<Arguments> read(
      Map<String, Syntax.Option> options, boolean endAtOperand, List<String> arguments) {
    PlainLine line = new PlainLine(options, endAtOperand);
    return line.take(arguments)
        ? Optional.of(new Arguments(options, line.given, line.operands))
        : Optional.empty();
  }

  private boolean take(List<String> arguments) {
    int i = 0;
    while (i < arguments.size()) {
      String argument = arguments.get(i);
      boolean operand = Syntax.isOperand(argument);
      if (argument.equals("--") || operand && endAtOperand) {
        operands.addAll(arguments.subList(operand ? i : i + 1, arguments.size()));
        return true;
      }
      if (operand) {
        operands.add(argument);
        i++;
        continue;
      }
      Optional<String> next =
          i + 1 < arguments.size() ? Optional.of(arguments.get(i + 1)) : Optional.empty();
      int taken = argument.startsWith("--") ? whole(argument, next) : letters(argument, next);
      if (taken == 0) {
        return false;
      }
      i += taken;
    }
    return true;
  }

  /** {@code --name}, {@code --name=value} or {@code --name value}: how many arguments, or 0. */
  private int whole(String argument, Optional<String> next) {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    Optional<String> attached =
        equals < 0 ? Optional.empty() : Optional.of(argument.substring(equals + 1));
    Syntax.Option option = options.get(name);
    if (option == null) {
      return 0;
    }
    return option.isFlag() ? flag(option, attached) : value(option, attached, next);
  }

  /** {@code -abc}, {@code -n value}, {@code -nvalue}, {@code -f=false}: how many, or 0. */
  private int letters(String argument, Optional<String> next) {
    for (int i = 1; i < argument.length(); i++) {
      Syntax.Option option = options.get("-" + argument.charAt(i));
      if (option == null) {
        return 0;
      }
      String rest = argument.substring(i + 1);
      Optional<String> attached =
          rest.isEmpty()
              ? Optional.empty()
              : Optional.of(rest.startsWith("=") ? rest.substring(1) : rest);
      if (!option.isFlag()) {
        return value(option, attached, next);
      }
      if (rest.startsWith("=")) {
        return flag(option, attached);
      }
      put(option, "true");
    }
    return 1;
  }

  private int flag(Syntax.Option option, Optional<String> attached) {
    String text = attached.orElse("true");
    boolean yes = text.equals("true") || text.equals("1");
    boolean no = text.equals("false") || text.equals("0");
    if (!yes && !no) {
      return 0;
    }
    put(option, yes ? "true" : "false");
    return 1;
  }

  private int value(Syntax.Option option, Optional<String> attached, Optional<String> next) {
    Optional<String> value = attached.or(() -> next);
    if (value.isEmpty()) {
      return 0;
    }
    put(option, value.get());
    return attached.isPresent() ? 1 : 2;
  }

  private void put(Syntax.Option option, String value) {
    given.computeIfAbsent(option.key(), _ -> new ArrayList<>()).add(value);
  }
}
