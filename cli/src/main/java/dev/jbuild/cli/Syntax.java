package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The options and operands of one verb, as a picocli specification made without reflection.
 *
 * <p>Flags behave as docker's do (spf13/pflag): {@code --name=value} and {@code --name value},
 * {@code -n value} and {@code -nvalue}, clusters such as {@code -it}, {@code --flag=false}, and of
 * an option given twice the last.
 */
final class Syntax {
  private final String name;
  private final String operandText;
  private final String summary;
  private final CommandSpec spec = CommandSpec.create();
  private final List<OptionSpec> shown = new ArrayList<>();
  private int least;
  private int most;

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
    spec.interpolateVariables(false);
    spec.parser()
        .expandAtFiles(false)
        .overwrittenOptionsAllowed(true)
        .allowOptionsAsOptionParameters(true);
    add(
        OptionSpec.builder("--help").type(boolean.class).arity("0").description("Print this help"),
        true);
  }

  /** An option without a value; names are separated by blanks. */
  Syntax flag(String names, String description) {
    return add(flagOf(names).description(description), true);
  }

  /** An option with a value. */
  Syntax value(String names, String label, String description) {
    return add(
        OptionSpec.builder(names.split(" "))
            .type(String.class)
            .arity("1")
            .paramLabel(label)
            .description(description),
        true);
  }

  /** An option with a value that may be given more than once. */
  Syntax values(String names, String label, String description) {
    return add(
        OptionSpec.builder(names.split(" "))
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1")
            .paramLabel(label)
            .description(description),
        true);
  }

  /** Flags that docker knows and that mean nothing here; they are not in the help. */
  Syntax acceptedFlags(String... names) {
    for (String each : names) {
      add(flagOf(each), false);
    }
    return this;
  }

  /** Options with values that docker knows and that mean nothing here. */
  Syntax acceptedValues(String... names) {
    for (String each : names) {
      add(OptionSpec.builder(each).type(List.class).auxiliaryTypes(String.class).arity("1"), false);
    }
    return this;
  }

  /** How many operands there must be. */
  Syntax operands(int atLeast, int atMost) {
    least = atLeast;
    most = atMost;
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .build());
    return this;
  }

  /** What follows the first operand belongs to it, whatever it looks like. */
  Syntax endAtOperand() {
    spec.parser().stopAtPositional(true);
    return this;
  }

  private static OptionSpec.Builder flagOf(String names) {
    return OptionSpec.builder(names.split(" ")).type(boolean.class).arity("0");
  }

  private Syntax add(OptionSpec.Builder builder, boolean inHelp) {
    OptionSpec option = builder.build();
    spec.addOption(option);
    if (inHelp) {
      shown.add(option);
    }
    return this;
  }

  /** Tells whether {@code --help} is asked for, before anything else is looked at. */
  boolean helpWanted(List<String> arguments) {
    for (String argument : arguments) {
      boolean ours = argument.equals("--help") || argument.equals("-h") && !knows("-h");
      boolean end =
          argument.equals("--") || spec.parser().stopAtPositional() && isOperand(argument);
      if (ours || end) {
        return ours;
      }
    }
    return false;
  }

  private static boolean isOperand(String argument) {
    return !argument.startsWith("-") || argument.equals("-");
  }

  private boolean knows(String option) {
    return spec.optionsMap().containsKey(option);
  }

  /**
   * Takes a command line apart.
   *
   * @throws UsageException when it does not fit
   */
  Arguments parse(List<String> arguments) {
    Arguments parsed;
    try {
      FlagValues flags = new FlagValues(spec);
      String[] rest = flags.takeFrom(arguments).toArray(String[]::new);
      parsed = new Arguments(new CommandLine(spec).parseArgs(rest), flags);
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
    check(parsed.operands().size());
    return parsed;
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
    shown.forEach(o -> names.addAll(List.of(o.names())));
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
    for (OptionSpec option : shown) {
      width = Math.max(width, head(option).length());
    }
    List<OptionSpec> sorted = new ArrayList<>(shown);
    sorted.sort((a, b) -> a.longestName().compareTo(b.longestName()));
    for (OptionSpec option : sorted) {
      String head = head(option);
      help.append(head)
          .append(" ".repeat(width - head.length() + 3))
          .append(String.join(" ", option.description()))
          .append('\n');
    }
    return help.toString();
  }

  /** The same as {@link #help}, for programs: completions and manual pages are made from it. */
  Json.Obj describe() {
    List<Json> options = new ArrayList<>();
    for (OptionSpec option : shown) {
      options.add(
          Json.obj()
              .with("names", Json.texts(List.of(option.names())))
              .with("value", option.arity().max() == 0 ? "" : option.paramLabel())
              .with("repeatable", option.type() == List.class)
              .with("text", String.join(" ", option.description())));
    }
    return Json.obj()
        .with("name", name)
        .with("operands", operandText)
        .with("summary", summary)
        .with("options", new Json.Arr(options));
  }

  private static String head(OptionSpec option) {
    String shortName = option.shortestName();
    String longName = option.longestName();
    String names =
        shortName.equals(longName)
            ? (longName.startsWith("--") ? "      " : "  ") + longName
            : "  " + shortName + ", " + longName;
    String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return names + label;
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
