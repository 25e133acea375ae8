package dev.jbuild.parser;

import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** From a line that the grammar has cut to the instruction that it is. */
final class Reader {
  private static final List<String> KEYWORDS =
      List.of(
          "ADD",
          "ARG",
          "CMD",
          "COPY",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "FROM",
          "HEALTHCHECK",
          "LABEL",
          "MAINTAINER",
          "ONBUILD",
          "RUN",
          "SHELL",
          "STOPSIGNAL",
          "USER",
          "VOLUME",
          "WORKDIR");
  private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9-_.]*");

  private final RawInstruction raw;
  private final char escape;

  private Reader(RawInstruction raw, char escape) {
    this.raw = raw;
    this.escape = escape;
  }

  static Instruction read(LogicalLine line, char escape) {
    RawInstruction raw = RawInstruction.read(line);
    if (!KEYWORDS.contains(raw.keyword())) {
      throw raw.error(
          "unknown instruction: "
              + raw.keyword()
              + Flags.Suggestion.of(raw.keyword(), KEYWORDS, ""));
    }
    return new Reader(raw, escape).instruction();
  }

  private Instruction instruction() {
    Span span = raw.span();
    String source = raw.line().text();
    return switch (raw.keyword()) {
      case "FROM" -> from();
      case "ARG" -> new Instruction.Arg(span, source, assignments());
      case "ENV" -> new Instruction.Env(span, source, pairs());
      case "LABEL" -> new Instruction.Label(span, source, pairs());
      case "RUN" -> run();
      case "COPY", "ADD" -> copy();
      case "CMD" -> new Instruction.Cmd(span, source, plain(command()));
      case "ENTRYPOINT" -> new Instruction.Entrypoint(span, source, plain(command()));
      case "EXPOSE" ->
          new Instruction.Expose(span, source, atLeastOne(WordSplitter.fields(rest())));
      case "VOLUME" -> new Instruction.Volume(span, source, volumes());
      case "USER" -> new Instruction.User(span, source, one());
      case "WORKDIR" -> new Instruction.Workdir(span, source, one());
      case "STOPSIGNAL" -> new Instruction.StopSignal(span, source, one());
      case "MAINTAINER" -> new Instruction.Maintainer(span, source, one());
      case "SHELL" -> shell();
      case "HEALTHCHECK" -> healthcheck();
      default -> onbuild();
    };
  }

  private String rest() {
    noFlags();
    return raw.rest();
  }

  private void noFlags() {
    Flags unused = Flags.read(raw);
    if (unused.flag("link")) {
      throw new AssertionError("no flag is known here");
    }
  }

  private String one() {
    String text = rest();
    if (text.isEmpty()) {
      throw raw.error(raw.keyword() + " requires exactly one argument");
    }
    return text;
  }

  private List<String> atLeastOne(List<String> words) {
    if (words.isEmpty()) {
      throw raw.error(raw.keyword() + " requires at least one argument");
    }
    return words;
  }

  private Instruction from() {
    Flags flags = Flags.read(raw, "platform");
    List<String> words = WordSplitter.fields(raw.rest());
    Optional<String> name = Optional.empty();
    if (words.size() == 3 && words.get(1).equalsIgnoreCase("as")) {
      String lower = words.get(2).toLowerCase(Locale.ROOT);
      if (!STAGE_NAME.matcher(lower).matches()) {
        throw raw.error(
            "invalid name for build stage: \""
                + words.get(2)
                + "\", name can't start with a number or contain symbols");
      }
      name = Optional.of(lower);
    } else if (words.size() != 1) {
      throw new DockerfileException(
          raw.span(),
          "FROM requires either one or three arguments",
          Optional.of("e.g. FROM debian:bookworm-slim AS build"));
    }
    return new Instruction.From(
        raw.span(), raw.line().text(), words.getFirst(), flags.value("platform"), name);
  }

  private List<Instruction.Assignment> assignments() {
    List<Instruction.Assignment> list = new ArrayList<>();
    for (String word : atLeastOne(WordSplitter.split(rest(), escape))) {
      int equals = word.indexOf('=');
      if (equals == 0) {
        throw raw.error("ARG names can not be blank");
      }
      list.add(
          equals < 0
              ? new Instruction.Assignment(word, Optional.empty())
              : new Instruction.Assignment(
                  word.substring(0, equals), Optional.of(word.substring(equals + 1))));
    }
    return list;
  }

  private List<Instruction.KeyValue> pairs() {
    String text = rest();
    List<String> words = atLeastOne(WordSplitter.split(text, escape));
    List<Instruction.KeyValue> pairs = new ArrayList<>();
    if (!words.getFirst().contains("=")) {
      String key = WordSplitter.fields(text).getFirst();
      String value = text.substring(text.indexOf(key) + key.length()).strip();
      if (value.isEmpty()) {
        throw raw.error(raw.keyword() + " must have two arguments");
      }
      return List.of(new Instruction.KeyValue(key, value));
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw raw.error(
            "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
      }
      if (equals == 0) {
        throw raw.error(raw.keyword() + " names can not be blank");
      }
      pairs.add(new Instruction.KeyValue(word.substring(0, equals), word.substring(equals + 1)));
    }
    return pairs;
  }

  private Instruction run() {
    Flags flags = Flags.read(raw, "mount", "network", "security", "device");
    for (String mount : flags.values("mount")) {
      try {
        RunMount.check(mount);
      } catch (IllegalArgumentException e) {
        throw raw.error(String.valueOf(e.getMessage()));
      }
    }
    return new Instruction.Run(
        raw.span(),
        raw.line().text(),
        command(),
        raw.line().heredocs(),
        flags.values("mount"),
        flags.value("network"),
        flags.value("security"));
  }

  private Command plain(Command command) {
    noFlags();
    return command;
  }

  private Command command() {
    Optional<List<String>> json = json(raw.rest());
    return json.isPresent() ? new Command.Exec(json.get()) : new Command.Shell(raw.rest());
  }

  private Instruction copy() {
    boolean add = raw.keyword().equals("ADD");
    Flags flags =
        add
            ? Flags.read(
                raw, "chown", "chmod", "link", "checksum", "keep-git-dir", "unpack", "exclude")
            : Flags.read(raw, "from", "chown", "chmod", "link", "parents", "exclude");
    List<String> words = json(raw.rest()).orElseGet(() -> WordSplitter.fields(raw.rest()));
    if (words.size() < 2) {
      throw raw.error(
          raw.keyword()
              + " requires at least two arguments, but only "
              + words.size()
              + " provided");
    }
    CopyFlags copyFlags =
        new CopyFlags(
            flags.value("from"),
            flags.value("chown"),
            flags.value("chmod"),
            flags.value("checksum"),
            flags.flag("link"),
            flags.flag("parents"),
            flags.value("keep-git-dir").map(v -> v.equalsIgnoreCase("true")),
            flags.value("unpack").map(v -> v.equalsIgnoreCase("true")),
            flags.values("exclude"));
    List<String> sources = words.subList(0, words.size() - 1);
    String target = words.getLast();
    if (target.startsWith("<<") && !raw.line().heredocs().isEmpty()) {
      throw raw.error(raw.keyword() + " cannot accept a heredoc as a destination");
    }
    return add
        ? new Instruction.Add(
            raw.span(), raw.line().text(), sources, target, copyFlags, raw.line().heredocs())
        : new Instruction.Copy(
            raw.span(), raw.line().text(), sources, target, copyFlags, raw.line().heredocs());
  }

  private List<String> volumes() {
    List<String> paths = atLeastOne(json(rest()).orElseGet(() -> WordSplitter.fields(raw.rest())));
    if (paths.stream().anyMatch(String::isBlank)) {
      throw raw.error("VOLUME specified can not be an empty string");
    }
    return paths;
  }

  private Instruction shell() {
    List<String> words =
        json(rest())
            .orElseThrow(() -> raw.error("SHELL requires the arguments to be in JSON form"));
    return new Instruction.Shell(raw.span(), raw.line().text(), atLeastOne(words));
  }

  private Instruction healthcheck() {
    Flags flags =
        Flags.read(raw, "interval", "timeout", "start-period", "start-interval", "retries");
    String text = raw.rest();
    String type =
        WordSplitter.fields(text).stream().findFirst().orElse("").toUpperCase(Locale.ROOT);
    String rest = text.substring(Math.min(text.length(), type.length())).strip();
    Optional<Command> test = Optional.empty();
    if (type.equals("CMD")) {
      Optional<List<String>> json = json(rest);
      if (rest.isEmpty() || json.isPresent() && json.get().isEmpty()) {
        throw raw.error("Missing command after HEALTHCHECK CMD");
      }
      test =
          Optional.of(
              json.<Command>map(Command.Exec::new).orElseGet(() -> new Command.Shell(rest)));
    } else if (!type.equals("NONE")) {
      throw raw.error(
          type.isEmpty()
              ? "HEALTHCHECK requires at least one argument"
              : "Unknown type \"" + type + "\" in HEALTHCHECK (try CMD)");
    } else if (!rest.isEmpty()) {
      throw raw.error("HEALTHCHECK NONE takes no arguments");
    }
    int retries = 0;
    try {
      retries = Integer.parseInt(flags.value("retries").orElse("0"));
    } catch (NumberFormatException e) {
      throw raw.error("--retries must be a number: " + flags.value("retries").orElse(""));
    }
    if (retries < 0) {
      throw raw.error("--retries cannot be negative (" + retries + ")");
    }
    return new Instruction.Healthcheck(
        raw.span(),
        raw.line().text(),
        test,
        duration(flags, "interval"),
        duration(flags, "timeout"),
        duration(flags, "start-period"),
        duration(flags, "start-interval"),
        retries);
  }

  private long duration(Flags flags, String name) {
    Optional<String> text = flags.value(name);
    if (text.isEmpty()) {
      return 0;
    }
    try {
      long nanos = Durations.parse(text.get());
      if (nanos < 0 || nanos > 0 && nanos < 1_000_000) {
        throw raw.error("Interval \"" + name + "\" cannot be less than 1ms");
      }
      return nanos;
    } catch (IllegalArgumentException e) {
      throw raw.error(e.getMessage() + " on flag --" + name);
    }
  }

  private Instruction onbuild() {
    String text = rest();
    if (text.isEmpty()) {
      throw raw.error("ONBUILD requires at least one argument");
    }
    Instruction inner = read(new LogicalLine(raw.span(), text, raw.line().heredocs()), escape);
    if (inner instanceof Instruction.Onbuild) {
      throw raw.error("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    }
    if (inner instanceof Instruction.From || inner instanceof Instruction.Maintainer) {
      throw raw.error(
          WordSplitter.fields(text).getFirst().toUpperCase(Locale.ROOT)
              + " isn't allowed as an ONBUILD trigger");
    }
    StringBuilder whole = new StringBuilder(text);
    for (Heredoc heredoc : raw.line().heredocs()) {
      whole.append('\n').append(heredoc.content()).append(heredoc.name());
    }
    return new Instruction.Onbuild(raw.span(), raw.line().text(), whole.toString(), inner);
  }

  /** The strings of a JSON array; absent where it is none, which makes it the shell form. */
  private Optional<List<String>> json(String text) {
    if (!text.startsWith("[") || !raw.line().heredocs().isEmpty()) {
      return Optional.empty();
    }
    try {
      if (!(Json.parse(text.getBytes(StandardCharsets.UTF_8)) instanceof Json.Arr(var items))) {
        return Optional.empty();
      }
      List<String> strings = new ArrayList<>();
      for (Json item : items) {
        if (!(item instanceof Json.Text(String value))) {
          throw raw.error("when using JSON array syntax, arrays must be comprised of strings only");
        }
        strings.add(value);
      }
      return Optional.of(strings);
    } catch (JsonException _) {
      return Optional.empty();
    }
  }
}
