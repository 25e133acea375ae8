package dev.jbuild.plan;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Words;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The arguments before the first FROM, and those that every build has. */
final class GlobalArgs {
  private GlobalArgs() {}

  static SequencedMap<String, String> of(
      Dockerfile dockerfile, Map<String, String> predefined, Map<String, String> given) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    predefined.forEach((name, value) -> values.put(name, given.getOrDefault(name, value)));
    for (Instruction.Arg arg : dockerfile.globalArgs()) {
      for (Instruction.Assignment one : arg.assignments()) {
        Optional<String> value = Optional.ofNullable(given.get(one.name()));
        if (value.isEmpty() && one.value().isPresent()) {
          value = Optional.of(expand(arg, one.value().get(), values, dockerfile.escape()));
        }
        value.ifPresent(v -> values.put(one.name(), v));
      }
    }
    return values;
  }

  static String expand(Instruction at, String text, Map<String, String> values, char escape) {
    try {
      return Words.expand(text, name -> Optional.ofNullable(values.get(name)), escape);
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          at.span(), "failed to process \"" + text + "\": " + e.getMessage());
    }
  }
}
