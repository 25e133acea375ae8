package dev.jbuild.parser.check;

import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.RunMount;
import dev.jbuild.parser.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which stages a stage needs. */
final class Reach {
  private final Dockerfile dockerfile;
  private final List<String> images = new ArrayList<>();

  Reach(Dockerfile dockerfile, Map<String, String> globals) {
    this.dockerfile = dockerfile;
    for (Stage stage : dockerfile.stages()) {
      Instruction.From from = stage.from();
      images.add(Checks.expand(from, from.image(), new Variables(globals), dockerfile.escape()));
    }
  }

  /** The name that a stage is built from. */
  String image(Stage stage) {
    return images.get(stage.index());
  }

  /** The stage that a stage is built from, one before it. */
  Optional<Stage> base(Stage stage) {
    return named(image(stage), stage.index());
  }

  private Optional<Stage> named(String name, int before) {
    for (int i = before - 1; i >= 0; i--) {
      Stage stage = dockerfile.stages().get(i);
      if (stage.from().name().filter(name.toLowerCase(Locale.ROOT)::equals).isPresent()) {
        return Optional.of(stage);
      }
    }
    return Optional.empty();
  }

  /** The numbers of the stages that a target needs; all of them where none is named. */
  Set<Integer> from(Optional<String> target) {
    Set<Integer> reached = new LinkedHashSet<>();
    List<Stage> stages = dockerfile.stages();
    Deque<Stage> open = new ArrayDeque<>();
    if (target.isEmpty()) {
      open.addAll(stages);
    } else {
      numberedOrNamed(target.get(), stages.size()).ifPresent(open::add);
    }
    while (!open.isEmpty()) {
      Stage stage = open.poll();
      if (!reached.add(stage.index())) {
        continue;
      }
      base(stage).ifPresent(open::add);
      for (Instruction instruction : stage.instructions()) {
        for (String source : sources(instruction)) {
          numberedOrNamed(source, stage.index()).ifPresent(open::add);
        }
      }
    }
    return reached;
  }

  private Optional<Stage> numberedOrNamed(String text, int before) {
    Optional<Stage> named = named(text, before);
    if (named.isPresent() || text.isEmpty() || text.length() > 6) {
      return named;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return named;
      }
    }
    int number = Integer.parseInt(text);
    return number < before ? Optional.of(dockerfile.stages().get(number)) : named;
  }

  private static List<String> sources(Instruction instruction) {
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    List<String> sources = new ArrayList<>();
    if (instruction instanceof Instruction.Copy copy) {
      copy.flags().from().ifPresent(sources::add);
    } else if (instruction instanceof Instruction.Run run) {
      run.mounts().forEach(mount -> RunMount.from(mount).ifPresent(sources::add));
    }
    return sources;
  }
}
