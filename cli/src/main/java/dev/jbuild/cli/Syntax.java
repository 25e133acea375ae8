package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The options and operands of one verb; what is wrong with a command line, picocli finds.
 *
 * <p>Flags behave as docker's do (spf13/pflag): {@code --name=value} and {@code --name value},
 * {@code -n value} and {@code -nvalue}, clusters such as {@code -it}, {@code --flag=false}, and of
 * an option given twice the last.
 */
final class Syntax {
  /**
   * Makes the lists of options that may come more than once; nothing else is asked of it. Picocli's
   * own looks for Groovy when it is loaded, in each jar of the class path: a fifth of a short
   * command's time.
   */
  private static final CommandLine.IFactory LISTS =
      new CommandLine.IFactory() {
        @Override
        public <K> K create(Class<K> type) {
          return type.cast(new ArrayList<String>());
        }
      };

  private final String name;
  private final String operandText;
  private final String summary;
  private final List<Option> options = new ArrayList<>();
  private boolean endAtOperand;
  private int least;
  private int most;

  /** What follows an option. */
  enum Kind {
    FLAG,
    VALUE,
    VALUES
  }

  /** An option as it is declared; picocli's own are made of those that a command line mentions. */
  record Option(List<String> names, Kind kind, String label, String description, boolean shown) {
    /** What it is known by, whatever name is used. */
    String key() {
      return names.getFirst();
    }

    boolean isFlag() {
      return kind == Kind.FLAG;
    }

    /** The first of the names that are shortest. */
    String shortest() {
      return names.stream().min(Comparator.comparingInt(String::length)).orElseThrow();
    }

    /** The first of the names that are longest. */
    String longest() {
      return names.stream().max(Comparator.comparingInt(String::length)).orElseThrow();
    }

    OptionSpec spec() {
      OptionSpec.Builder builder = OptionSpec.builder(names.toArray(String[]::new));
      return switch (kind) {
        case FLAG -> builder.type(boolean.class).arity("0").build();
        case VALUE -> builder.type(String.class).arity("1").build();
        case VALUES -> builder.type(List.class).auxiliaryTypes(String.class).arity("1").build();
      };
    }
  }

  /**
   * Begins the syntax of a verb.
   *
   * @param name as it is called, e.g. {@code image ls}
   * @param operandText as the help shows it, e.g. {@code IMAGE [IMAGE...]}
   * @param summary one sentence without a period
   */
  Syntax(String name, String operandText, String summary) {
    this.name = name;
    this.operandText = operandText;
    this.summary = summary;
    flag("--help", "Print this help");
  }

  /** An option without a value; names are separated by blanks. */
  Syntax flag(String names, String description) {
    return add(names, Kind.FLAG, "", description);
  }

  /** An option with a value. */
  Syntax value(String names, String label, String description) {
    return add(names, Kind.VALUE, label, description);
  }

  /** An option with a value that may be given more than once. */
  Syntax values(String names, String label, String description) {
    return add(names, Kind.VALUES, label, description);
  }

  private Syntax add(String names, Kind kind, String label, String description) {
    options.add(new Option(List.of(names.split(" ")), kind, label, description, true));
    return this;
  }

  /** Flags that docker knows and that mean nothing here; they are not in the help. */
  Syntax acceptedFlags(String... names) {
    for (String each : names) {
      options.add(new Option(List.of(each.split(" ")), Kind.FLAG, "", "", false));
    }
    return this;
  }

  /** Options with values that docker knows and that mean nothing here. */
  Syntax acceptedValues(String... names) {
    for (String each : names) {
      options.add(new Option(List.of(each), Kind.VALUES, "", "", false));
    }
    return this;
  }

  /** How many operands there must be. */
  Syntax operands(int atLeast, int atMost) {
    least = atLeast;
    most = atMost;
    return this;
  }

  /** What follows the first operand belongs to it, whatever it looks like. */
  Syntax endAtOperand() {
    endAtOperand = true;
    return this;
  }

  /**
   * The specification of the options that a command line may mean, which takes a short command a
   * tenth of the time that all of them take.
   */
  private CommandSpec spec(List<String> arguments) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(new Object(), LISTS);
    spec.interpolateVariables(false);
    spec.parser()
        .expandAtFiles(false)
        .overwrittenOptionsAllowed(true)
        .allowOptionsAsOptionParameters(true)
        .stopAtPositional(endAtOperand);
    for (Option option : options) {
      if (option.names().contains("--help") || isMentioned(option, arguments)) {
        spec.addOption(option.spec());
      }
    }
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .build());
    return spec;
  }

  /** Whether an argument could be this option: by its whole name, or by a letter of a cluster. */
  private static boolean isMentioned(Option option, List<String> arguments) {
    for (String argument : arguments) {
      if (isOperand(argument)) {
        continue;
      }
      int equals = argument.indexOf('=');
      String head = equals < 0 ? argument : argument.substring(0, equals);
      for (String each : option.names()) {
        boolean letter = each.length() == 2 && !argument.startsWith("--");
        if (letter ? argument.indexOf(each.charAt(1)) > 0 : head.equals(each)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Tells whether {@code --help} is asked for, before anything else is looked at. */
  boolean helpWanted(List<String> arguments) {
    for (String argument : arguments) {
      boolean ours = argument.equals("--help") || argument.equals("-h") && !knows("-h");
      boolean end = argument.equals("--") || endAtOperand && isOperand(argument);
      if (ours || end) {
        return ours;
      }
    }
    return false;
  }

  static boolean isOperand(String argument) {
    return !argument.startsWith("-") || argument.equals("-");
  }

  private boolean knows(String option) {
    return options.stream().anyMatch(o -> o.names().contains(option));
  }

  /**
   * Takes a command line apart.
   *
   * @throws UsageException when it does not fit
   */
  Arguments parse(List<String> arguments) {
    Map<String, Option> byName = new HashMap<>();
    for (Option option : options) {
      option.names().forEach(each -> byName.put(each, option));
    }
    Arguments parsed =
        PlainLine.read(byName, endAtOperand, arguments).orElseGet(() -> asked(byName, arguments));
    check(parsed.operands().size());
    return parsed;
  }

  /** What picocli makes of it: mostly an error. */
  private Arguments asked(Map<String, Option> byName, List<String> arguments) {
    try {
      CommandSpec spec = spec(arguments);
      FlagValues flags = new FlagValues(spec);
      String[] rest = flags.takeFrom(arguments).toArray(String[]::new);
      return given(byName, new CommandLine(spec, LISTS).parseArgs(rest), flags);
    } catch (CommandLine.MissingParameterException e) {
      String option =
          e.getMissing().isEmpty() || !(e.getMissing().getFirst() instanceof OptionSpec o)
              ? ""
              : o.longestName();
      throw usage("flag needs an argument: " + option);
    } catch (CommandLine.UnmatchedArgumentException e) {
      throw unknown(e.getUnmatched().getFirst());
    } catch (CommandLine.ParameterException e) {
      throw usage(firstLine(String.valueOf(e.getMessage())));
    }
  }

  private static Arguments given(
      Map<String, Option> byName, CommandLine.ParseResult parsed, FlagValues flags) {
    Map<String, List<String>> given = new HashMap<>();
    for (OptionSpec spec : parsed.commandSpec().options()) {
      Option option = byName.get(spec.longestName());
      if (option == null) {
        continue;
      }
      if (option.isFlag()) {
        Optional<Boolean> value = flags.value(spec, parsed.hasMatchedOption(spec));
        value.ifPresent(v -> given.put(option.key(), List.of(v.toString())));
      } else if (parsed.hasMatchedOption(spec)) {
        given.put(option.key(), spec.stringValues());
      }
    }
    return new Arguments(byName, given, parsed.matchedPositionalValue(0, List.of()));
  }

  private void check(int count) {
    if (count >= least && count <= most) {
      return;
    }
    String wanted;
    if (most == 0) {
      wanted = "accepts no arguments";
    } else if (least == most) {
      wanted = "requires " + least + (least == 1 ? " argument" : " arguments");
    } else if (count < least) {
      wanted = "requires at least " + least + (least == 1 ? " argument" : " arguments");
    } else {
      wanted = "requires at most " + most + (most == 1 ? " argument" : " arguments");
    }
    throw new UsageException(
        "'jbuild "
            + name
            + "' "
            + wanted
            + "\n\nUsage:  "
            + synopsis()
            + "\n\nSee 'jbuild "
            + name
            + " --help' for more information");
  }

  private UsageException unknown(String argument) {
    if (isOperand(argument)) {
      check(Integer.MAX_VALUE);
    }
    int equals = argument.indexOf('=');
    String option = equals < 0 ? argument : argument.substring(0, equals);
    if (!option.startsWith("--")) {
      return usage("unknown shorthand flag: '" + option.charAt(1) + "' in " + option);
    }
    List<String> names = new ArrayList<>();
    shown().forEach(o -> names.addAll(o.names()));
    Optional<String> meant = Suggestions.closest(option, names);
    return usage(
        "unknown flag: " + option + meant.map(m -> "; did you mean " + m + "?").orElse(""));
  }

  private UsageException usage(String problem) {
    return new UsageException(
        problem
            + "\n\nUsage:  "
            + synopsis()
            + "\n\nSee 'jbuild "
            + name
            + " --help' for more information");
  }

  private String synopsis() {
    return ("jbuild " + name + " [OPTIONS] " + operandText).stripTrailing();
  }

  /** The help of the verb, laid out as docker's. */
  String help() {
    StringBuilder help = new StringBuilder();
    help.append("Usage:  ")
        .append(synopsis())
        .append("\n\n")
        .append(summary)
        .append("\n\nOptions:\n");
    int width = 0;
    for (Option option : shown()) {
      width = Math.max(width, head(option).length());
    }
    List<Option> sorted = new ArrayList<>(shown());
    sorted.sort(Comparator.comparing(Option::longest));
    for (Option option : sorted) {
      String head = head(option);
      help.append(head)
          .append(" ".repeat(width - head.length() + 3))
          .append(option.description())
          .append('\n');
    }
    return help.toString();
  }

  /** The same as {@link #help}, for programs: completions and manual pages are made from it. */
  Json.Obj describe() {
    List<Json> described = new ArrayList<>();
    for (Option option : shown()) {
      described.add(
          Json.obj()
              .with("names", Json.texts(option.names()))
              .with("value", option.label())
              .with("repeatable", option.kind() == Kind.VALUES)
              .with("text", option.description()));
    }
    return Json.obj()
        .with("name", name)
        .with("operands", operandText)
        .with("summary", summary)
        .with("options", new Json.Arr(described));
  }

  private List<Option> shown() {
    return options.stream().filter(Option::shown).toList();
  }

  private static String head(Option option) {
    String shortName = option.shortest();
    String longName = option.longest();
    String names =
        shortName.equals(longName)
            ? (longName.startsWith("--") ? "      " : "  ") + longName
            : "  " + shortName + ", " + longName;
    return option.kind() == Kind.FLAG ? names : names + " " + option.label();
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
