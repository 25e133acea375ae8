package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;

/**
 * A FROM and what follows it.
 *
 * @param docComment from a comment {@code # NAME text} above the FROM
 */
public record Stage(
    int index, Instruction.From from, List<Instruction> instructions, Optional<String> docComment) {
  public Stage {
    instructions = List.copyOf(instructions);
  }
}
