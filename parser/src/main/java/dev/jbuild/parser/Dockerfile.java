package dev.jbuild.parser;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole Dockerfile.
 *
 * @param globalArgs those before the first FROM
 * @param stages none where there are only global arguments, which nobody can build
 * @param emptyContinuations lines at which instructions end that have empty lines within
 * @param comments the comment lines above an instruction, by its first line
 */
public record Dockerfile(
    Directives directives,
    List<Instruction.Arg> globalArgs,
    List<Stage> stages,
    List<Integer> emptyContinuations,
    Map<Integer, List<String>> comments) {
  public Dockerfile {
    globalArgs = List.copyOf(globalArgs);
    stages = List.copyOf(stages);
    emptyContinuations = List.copyOf(emptyContinuations);
    comments = Map.copyOf(comments);
  }

  /** The escape character: backslash, or backtick by directive. */
  public char escape() {
    return directives.escape();
  }

  /** The comment lines above an instruction, up to the one before or to an empty comment. */
  public List<String> commentsAbove(Instruction instruction) {
    return comments.getOrDefault(instruction.span().firstLine(), List.of());
  }

  /** What a comment above an instruction says about something it defines: {@code # NAME text}. */
  public Optional<String> docComment(Instruction instruction, String name) {
    return docComment(commentsAbove(instruction), name);
  }

  static Optional<String> docComment(List<String> comments, String name) {
    for (String line : comments) {
      if (!name.isEmpty() && line.startsWith(name + " ")) {
        return Optional.of(line.substring(name.length() + 1));
      }
    }
    return Optional.empty();
  }
}
