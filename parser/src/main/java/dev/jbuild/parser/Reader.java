package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  private final RawInstruction raw;
  private final Span span;
  private final String source;
  private final List<String> args;

  private Reader(RawInstruction raw) {
    this.raw = raw;
    this.span = raw.span();
    this.source = raw.line().text();
    this.args = raw.args();
  }

  static Instruction read(RawInstruction raw) {
    return new Reader(raw).instruction();
  }

  private Instruction instruction() {
    return switch (raw.keyword()) {
      case "FROM" -> from();
      case "ARG" -> arg();
      case "ENV" -> new Instruction.Env(span, source, pairs());
      case "LABEL" -> new Instruction.Label(span, source, pairs());
      case "RUN" -> run();
      case "COPY", "ADD" -> CopyReader.read(raw);
      case "CMD" -> new Instruction.Cmd(span, source, plainCommand());
      case "ENTRYPOINT" -> new Instruction.Entrypoint(span, source, plainCommand());
      case "EXPOSE" -> new Instruction.Expose(span, source, ports());
      case "VOLUME" -> new Instruction.Volume(span, source, volumes());
      case "USER" -> new Instruction.User(span, source, one());
      case "WORKDIR" -> new Instruction.Workdir(span, source, one());
      case "STOPSIGNAL" -> new Instruction.StopSignal(span, source, oneWithAnyFlags());
      case "MAINTAINER" -> new Instruction.Maintainer(span, source, one());
      case "SHELL" -> shell();
      case "HEALTHCHECK" -> HealthcheckReader.read(raw);
      case "ONBUILD" -> onbuild();
      default ->
          throw raw.word().isEmpty()
              ? raw.error("unknown instruction: ", "nothing follows the continuation character")
              : raw.error(
                  "unknown instruction: "
                      + raw.word()
                      + Suggestion.phraseIgnoringCase(raw.word(), KEYWORDS));
    };
  }

  private void refuseFlags() {
    Flags.read(raw);
  }

  private String one() {
    String text = oneWithAnyFlags();
    refuseFlags();
    return text;
  }

  /** STOPSIGNAL and ARG take flags for nothing, as BuildKit has them do. */
  private String oneWithAnyFlags() {
    if (args.size() != 1) {
      throw raw.error(raw.keyword() + " requires exactly one argument");
    }
    return args.getFirst();
  }

  private void refuseNoArguments() {
    if (args.isEmpty()) {
      throw raw.error(raw.keyword() + " requires at least one argument");
    }
  }

  private Instruction from() {
    Optional<String> name = Optional.empty();
    if (args.size() == 3 && args.get(1).equalsIgnoreCase("as")) {
      name = Optional.of(stageName(args.get(2)));
    } else if (args.size() != 1) {
      throw raw.error(
          "FROM requires either one or three arguments", "e.g. FROM debian:bookworm-slim AS build");
    }
    Flags flags = Flags.read(raw, "platform");
    return new Instruction.From(span, source, args.getFirst(), flags.value("platform"), name);
  }

  private String stageName(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    boolean valid = !name.isEmpty() && name.charAt(0) >= 'a' && name.charAt(0) <= 'z';
    for (int i = 1; valid && i < name.length(); i++) {
      char c = name.charAt(i);
      valid = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || "-_.".indexOf(c) >= 0;
    }
    if (!valid) {
      throw raw.error(
          "invalid name for build stage: "
              + GoText.quote(written)
              + ", name can't start with a number or contain symbols");
    }
    return name;
  }

  private Instruction arg() {
    refuseNoArguments();
    List<Instruction.Assignment> list = new ArrayList<>(args.size());
    for (String word : args) {
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
    return new Instruction.Arg(span, source, list);
  }

  private List<Instruction.KeyValue> pairs() {
    refuseFlags();
    refuseNoArguments();
    List<Instruction.KeyValue> pairs = new ArrayList<>(args.size());
    for (String word : args) {
      int equals = word.indexOf('=');
      if (equals == 0) {
        throw raw.error(raw.keyword() + " names can not be blank");
      }
      pairs.add(
          new Instruction.KeyValue(
              word.substring(0, equals), word.substring(equals + 1), raw.legacy()));
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
    String network = flags.given("network").orElse("default");
    if (!List.of("default", "none", "host").contains(network)) {
      throw raw.error(
          "invalid network mode " + GoText.quote(network), "--network is default, none or host");
    }
    String security = flags.given("security").orElse("sandbox");
    if (!List.of("sandbox", "insecure").contains(security)) {
      throw raw.error(
          "security " + GoText.quote(security) + " is not valid",
          "--security is sandbox or insecure");
    }
    return new Instruction.Run(
        span,
        source,
        command(),
        raw.heredocs(),
        flags.values("mount"),
        flags.value("network"),
        flags.value("security"),
        flags.values("device"));
  }

  private Command plainCommand() {
    refuseFlags();
    return command();
  }

  private Command command() {
    if (raw.json()) {
      return new Command.Exec(args);
    }
    return new Command.Shell(args.isEmpty() ? "" : args.getFirst());
  }

  private List<String> ports() {
    refuseNoArguments();
    refuseFlags();
    List<String> sorted = new ArrayList<>(args);
    sorted.sort(null);
    return sorted;
  }

  private List<String> volumes() {
    refuseNoArguments();
    refuseFlags();
    List<String> paths = new ArrayList<>(args.size());
    for (String arg : args) {
      String path = Blanks.trim(arg);
      if (path.isEmpty()) {
        throw raw.error("VOLUME specified can not be an empty string");
      }
      paths.add(path);
    }
    return paths;
  }

  private Instruction shell() {
    refuseFlags();
    refuseNoArguments();
    if (!raw.json()) {
      throw raw.error(
          "SHELL requires the arguments to be in JSON form",
          "e.g. SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]");
    }
    return new Instruction.Shell(span, source, args);
  }

  private Instruction onbuild() {
    Optional<RawInstruction> trigger = raw.trigger();
    if (trigger.isEmpty()) {
      throw raw.error("ONBUILD requires at least one argument");
    }
    refuseFlags();
    switch (trigger.get().keyword()) {
      case "ONBUILD" -> throw raw.error("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
      case "FROM", "MAINTAINER" ->
          throw raw.error(trigger.get().keyword() + " isn't allowed as an ONBUILD trigger");
      default -> {}
    }
    // as written, blanks at the end included
    String original = raw.line().original();
    StringBuilder text =
        new StringBuilder(Blanks.trimStart(Blanks.trimStart(original).substring(7)));
    for (Heredoc heredoc : raw.heredocs()) {
      text.append('\n').append(heredoc.content()).append(heredoc.name());
    }
    return new Instruction.Onbuild(span, source, text.toString());
  }
}
