package dev.jbuild.plan;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import dev.jbuild.parser.Words;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which stages the target needs, and what each is built from. */
public final class StageGraph {
  private final Dockerfile dockerfile;
  private final SequencedMap<String, String> globals;

  private StageGraph(Dockerfile dockerfile, SequencedMap<String, String> globals) {
    this.dockerfile = dockerfile;
    this.globals = globals;
  }

  /**
   * Evaluates what stands before the first FROM.
   *
   * @param predefined platform arguments
   * @param given {@code --build-arg}
   */
  public static StageGraph of(
      Dockerfile dockerfile, Map<String, String> predefined, Map<String, String> given) {
    SequencedMap<String, String> values = new LinkedHashMap<>(predefined);
    predefined.keySet().stream()
        .filter(given::containsKey)
        .forEach(k -> values.put(k, given.get(k)));
    for (Instruction.Arg arg : dockerfile.globalArgs()) {
      for (Instruction.Assignment one : arg.assignments()) {
        Optional<String> value = Optional.ofNullable(given.get(one.name()));
        if (value.isEmpty() && one.value().isPresent()) {
          value = Optional.of(expand(arg, one.value().get(), values, dockerfile.escape()));
        }
        value.ifPresent(v -> values.put(one.name(), v));
      }
    }
    return new StageGraph(dockerfile, values);
  }

  /** The values of global arguments, for stages that import them. */
  public Map<String, String> globals() {
    return globals;
  }

  /** The stage of a name or number; absent when there is none. */
  public Optional<Stage> stage(String nameOrIndex) {
    String name = nameOrIndex.toLowerCase(Locale.ROOT);
    for (Stage stage : dockerfile.stages().reversed()) {
      if (stage.from().name().map(name::equals).orElse(false)) {
        return Optional.of(stage);
      }
    }
    if (!name.isEmpty() && name.length() < 6 && name.chars().allMatch(Character::isDigit)) {
      int index = Integer.parseInt(name);
      if (index < dockerfile.stages().size()) {
        return Optional.of(dockerfile.stages().get(index));
      }
    }
    return Optional.empty();
  }

  /** The stage to build. */
  public Stage target(Optional<String> wanted) {
    if (wanted.isEmpty() || wanted.get().isEmpty()) {
      return dockerfile.stages().getLast();
    }
    return stage(wanted.get())
        .orElseThrow(() ->
            new DockerfileException(
                dockerfile.stages().getLast().from().span(),
                "target stage \"" + wanted.get() + "\" could not be found"));
  }

  /** What FROM names, variables replaced. */
  public String image(Stage stage) {
    String image = expand(stage.from(), stage.from().image(), globals, dockerfile.escape());
    if (image.isEmpty()) {
      throw new DockerfileException(
          stage.from().span(), "base name (" + stage.from().image() + ") should not be blank");
    }
    return image;
  }

  /** The platform that FROM asks for. */
  public Optional<String> platform(Stage stage) {
    return stage.from().platform().map(p -> expand(stage.from(), p, globals, dockerfile.escape()));
  }

  /** An earlier stage that FROM names. */
  public Optional<Stage> base(Stage stage) {
    return stage(image(stage))
        .filter(s -> s.index() < stage.index() && s.from().name().isPresent())
        .filter(s -> s.from().name().get().equals(image(stage).toLowerCase(Locale.ROOT)));
  }

  /** The stages that a stage needs, itself included, in order. */
  public SortedSet<Integer> reachable(Stage target) {
    SortedSet<Integer> found = new TreeSet<>();
    collect(target, found);
    return found;
  }

  private void collect(Stage stage, SortedSet<Integer> found) {
    if (!found.add(stage.index())) {
      return;
    }
    base(stage).ifPresent(s -> collect(s, found));
    for (Instruction instruction : stage.instructions()) {
      if (instruction instanceof Instruction.Copy copy && copy.flags().from().isPresent()) {
        stage(copy.flags().from().get())
            .filter(s -> s.index() < stage.index())
            .ifPresent(s -> collect(s, found));
      }
    }
  }

  private static String expand(
      Instruction at, String text, Map<String, String> values, char escape) {
    try {
      return Words.expand(text, name -> Optional.ofNullable(values.get(name)), escape);
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          at.span(), "failed to process \"" + text + "\": " + e.getMessage());
    }
  }
}
