package dev.jbuild.parser;

import java.util.List;

/** A FROM and what follows it. */
public record Stage(int index, Instruction.From from, List<Instruction> instructions) {
  public Stage {
    instructions = List.copyOf(instructions);
  }
}
