package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads Dockerfiles. */
public final class DockerfileParser {
  private DockerfileParser() {}

  /**
   * Reads a whole file.
   *
   * @throws DockerfileException with the line, when it is no Dockerfile
   */
  public static Dockerfile parse(byte[] bytes) {
    LogicalLines.Cut cut = LogicalLines.cut(bytes);
    Span start = new Span(1, 1);
    if (bytes.length == 0 || new String(bytes, StandardCharsets.UTF_8).isBlank()) {
      throw new DockerfileException(start, "the Dockerfile cannot be empty");
    }
    if (cut.lines().isEmpty()) {
      throw new DockerfileException(start, "file with no instructions");
    }
    List<Instruction.Arg> globals = new ArrayList<>();
    List<Stage> stages = new ArrayList<>();
    List<Instruction> current = new ArrayList<>();
    for (LogicalLine line : cut.lines()) {
      Instruction instruction = Reader.read(line, cut.escape());
      if (instruction instanceof Instruction.From from) {
        finish(stages, current);
        stages.add(new Stage(stages.size(), from, List.of()));
      } else if (!stages.isEmpty()) {
        current.add(instruction);
      } else if (instruction instanceof Instruction.Arg arg) {
        globals.add(arg);
      } else {
        throw new DockerfileException(
            line.span(),
            "no build stage in current context",
            java.util.Optional.of("a Dockerfile begins with FROM; only ARG may stand before it"));
      }
    }
    finish(stages, current);
    return new Dockerfile(cut.escape(), globals, stages);
  }

  /** Reads a single instruction, e.g. an ONBUILD trigger of a base image. */
  public static Instruction parseInstruction(String text, char escape) {
    LogicalLines.Cut cut = LogicalLines.cut(text.getBytes(StandardCharsets.UTF_8));
    if (cut.lines().size() != 1) {
      throw new DockerfileException(new Span(1, 1), "not one instruction: " + text);
    }
    return Reader.read(cut.lines().getFirst(), escape);
  }

  private static void finish(List<Stage> stages, List<Instruction> current) {
    if (!stages.isEmpty()) {
      Stage open = stages.removeLast();
      stages.add(new Stage(open.index(), open.from(), current));
      current.clear();
    }
  }
}
