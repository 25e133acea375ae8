package dev.jbuild.parser;

import java.util.List;

/**
 * A whole Dockerfile.
 *
 * @param escape the escape character: backslash, or backtick by directive
 * @param globalArgs those before the first FROM
 */
public record Dockerfile(char escape, List<Instruction.Arg> globalArgs, List<Stage> stages) {
  public Dockerfile {
    globalArgs = List.copyOf(globalArgs);
    stages = List.copyOf(stages);
  }
}
