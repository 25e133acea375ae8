package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads Dockerfiles. */
public final class DockerfileParser {
  private static final Span START = new Span(1, 1);

  private final LogicalLines lines;
  private final Map<Integer, List<String>> comments = new LinkedHashMap<>();

  private DockerfileParser(byte[] bytes, char escape) {
    this.lines = new LogicalLines(bytes, escape);
  }

  /**
   * Reads a whole file.
   *
   * @throws DockerfileException with the line, when it is no Dockerfile
   */
  public static Dockerfile parse(byte[] bytes) {
    if (bytes.length == 0) {
      throw new DockerfileException(START, "the Dockerfile cannot be empty");
    }
    return new DockerfileParser(bytes, '\\').dockerfile();
  }

  /**
   * Reads a whole file as far as its lines tell: what an instruction makes of its arguments is not
   * looked at.
   *
   * @throws DockerfileException with the line
   */
  public static List<RawInstruction> outline(byte[] bytes) {
    return new DockerfileParser(bytes, '\\').raw();
  }

  /**
   * Reads a single instruction, e.g. an ONBUILD trigger of a base image.
   *
   * @throws DockerfileException when it is none, or several
   */
  public static Instruction parseInstruction(String text, char escape) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<RawInstruction> found = new DockerfileParser(bytes, escape).raw();
    if (found.size() != 1) {
      throw new DockerfileException(START, "not a single instruction: " + text);
    }
    return Reader.read(found.getFirst());
  }

  private List<RawInstruction> raw() {
    List<RawInstruction> all = new ArrayList<>();
    Optional<LogicalLine> line = lines.next();
    // the escape character is known once the first line has been read
    LineReader reader = new LineReader(lines.escape());
    for (; line.isPresent(); line = lines.next()) {
      RawInstruction raw = reader.read(line.get());
      if (!line.get().comments().isEmpty()) {
        comments.put(raw.span().firstLine(), line.get().comments());
      }
      all.add(raw.mayHaveHeredocs() ? withBodies(raw, line.get()) : raw);
    }
    return all;
  }

  private RawInstruction withBodies(RawInstruction raw, LogicalLine line) {
    List<Heredoc> signs;
    try {
      signs = HeredocSigns.of(line.text());
    } catch (IllegalArgumentException e) {
      throw raw.error(String.valueOf(e.getMessage()));
    }
    if (signs.isEmpty()) {
      return raw;
    }
    List<Heredoc> heredocs = new ArrayList<>(signs.size());
    for (Heredoc sign : signs) {
      heredocs.add(lines.body(sign, line));
    }
    return raw.withHeredocs(heredocs, lines.number());
  }

  private Dockerfile dockerfile() {
    List<RawInstruction> all = raw();
    if (all.isEmpty()) {
      throw new DockerfileException(START, "file with no instructions");
    }
    List<Instruction.Arg> globals = new ArrayList<>();
    List<Stage> stages = new ArrayList<>();
    List<Instruction> current = new ArrayList<>();
    for (RawInstruction raw : all) {
      Instruction instruction = Reader.read(raw);
      if (instruction instanceof Instruction.From from) {
        finish(stages, current);
        stages.add(new Stage(stages.size(), from, List.of(), docComment(from)));
      } else if (!stages.isEmpty()) {
        current.add(instruction);
      } else if (instruction instanceof Instruction.Arg arg) {
        globals.add(arg);
      } else {
        throw raw.error(
            "no build stage in current context",
            "a Dockerfile begins with FROM; only ARG may stand before it");
      }
    }
    finish(stages, current);
    return new Dockerfile(
        lines.directives(), globals, stages, lines.emptyContinuations(), comments);
  }

  private Optional<String> docComment(Instruction.From from) {
    List<String> above = comments.getOrDefault(from.span().firstLine(), List.of());
    return from.name().flatMap(name -> Dockerfile.docComment(above, name));
  }

  private static void finish(List<Stage> stages, List<Instruction> current) {
    if (!stages.isEmpty()) {
      Stage open = stages.removeLast();
      stages.add(new Stage(open.index(), open.from(), current, open.docComment()));
      current.clear();
    }
  }
}
