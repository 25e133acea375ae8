package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;

/** One Dockerfile instruction, parsed but not yet expanded (Dockerfile reference). */
public sealed interface Instruction {
  Span span();

  /** The instruction as written, continuation lines joined. */
  String source();

  /** A name with a value, unexpanded, quotes kept. */
  record KeyValue(String name, String value) {}

  /** An ARG's name, with a default where there is one. */
  record Assignment(String name, Optional<String> value) {}

  record From(
      Span span, String source, String image, Optional<String> platform, Optional<String> name)
      implements Instruction {}

  record Arg(Span span, String source, List<Assignment> assignments) implements Instruction {}

  record Env(Span span, String source, List<KeyValue> pairs) implements Instruction {}

  record Label(Span span, String source, List<KeyValue> pairs) implements Instruction {}

  /**
   * @param mounts the values of {@code --mount}
   */
  record Run(
      Span span,
      String source,
      Command command,
      List<Heredoc> heredocs,
      List<String> mounts,
      Optional<String> network,
      Optional<String> security)
      implements Instruction {}

  record Copy(
      Span span,
      String source,
      List<String> sources,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs)
      implements Instruction {}

  record Add(
      Span span,
      String source,
      List<String> sources,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs)
      implements Instruction {}

  record Cmd(Span span, String source, Command command) implements Instruction {}

  record Entrypoint(Span span, String source, Command command) implements Instruction {}

  record Expose(Span span, String source, List<String> ports) implements Instruction {}

  record Volume(Span span, String source, List<String> paths) implements Instruction {}

  record User(Span span, String source, String user) implements Instruction {}

  record Workdir(Span span, String source, String path) implements Instruction {}

  record StopSignal(Span span, String source, String signal) implements Instruction {}

  record Maintainer(Span span, String source, String name) implements Instruction {}

  record Shell(Span span, String source, List<String> words) implements Instruction {}

  /**
   * @param test absent for {@code NONE}
   * @param retries 0 for the default; durations are nanoseconds, 0 for the default
   */
  record Healthcheck(
      Span span,
      String source,
      Optional<Command> test,
      long interval,
      long timeout,
      long startPeriod,
      long startInterval,
      int retries)
      implements Instruction {}

  record Onbuild(Span span, String source, String text, Instruction inner) implements Instruction {}
}
