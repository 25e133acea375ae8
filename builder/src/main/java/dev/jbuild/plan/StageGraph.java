package dev.jbuild.plan;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.GoText;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.RunMount;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import dev.jbuild.parser.Suggestion;
import dev.jbuild.parser.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Which stages the target needs, and what each is built from. */
public final class StageGraph {
  private static final String SCRATCH = "scratch";

  private final Dockerfile dockerfile;
  private final SequencedMap<String, String> globals;
  private final Predicate<String> replaced;
  private final Map<String, Stage> byName = new HashMap<>();
  private final List<String> images = new ArrayList<>();
  private final List<Optional<Stage>> bases = new ArrayList<>();

  private StageGraph(
      Dockerfile dockerfile, SequencedMap<String, String> globals, Predicate<String> replaced) {
    this.dockerfile = dockerfile;
    this.globals = globals;
    this.replaced = replaced;
    if (dockerfile.stages().isEmpty()) {
      throw new DockerfileException(
          new Span(1, 1),
          "dockerfile contains no stages to build",
          Optional.of("a stage begins with FROM"));
    }
    for (Stage stage : dockerfile.stages()) {
      Instruction.From from = stage.from();
      String image = GlobalArgs.expand(from, from.image(), globals, dockerfile.escape());
      if (image.isEmpty()) {
        throw new DockerfileException(
            from.span(), "base name (" + from.image() + ") should not be blank");
      }
      images.add(image);
      // a stage knows those before it, by the name as it is written
      Optional<Stage> base = Optional.ofNullable(byName.get(image));
      bases.add(base);
      if (base.isEmpty() && !replaced.test(image)) {
        refuseMalformed(from, image);
      }
      from.name().ifPresent(name -> byName.put(name.toLowerCase(Locale.ROOT), stage));
    }
    checkCycles();
  }

  /** Also in a stage that nobody needs, as BuildKit does. */
  private static void refuseMalformed(Instruction.From from, String image) {
    try {
      ImageReference.parse(image);
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          from.span(), "failed to parse stage name " + GoText.quote(image) + ": " + e.getMessage());
    }
  }

  /**
   * Evaluates what stands before the first FROM, and what the stages are built from.
   *
   * @param predefined platform arguments
   * @param given {@code --build-arg}
   * @param replaced tells which names of stages are taken by named contexts
   * @throws DockerfileException when a base has no name, or stages need each other
   */
  public static StageGraph of(
      Dockerfile dockerfile,
      Map<String, String> predefined,
      Map<String, String> given,
      Predicate<String> replaced) {
    return new StageGraph(dockerfile, GlobalArgs.of(dockerfile, predefined, given), replaced);
  }

  /** The same graph where a global argument has another value, or none. */
  public StageGraph withGlobal(String name, Optional<String> value) {
    SequencedMap<String, String> values = new LinkedHashMap<>(globals);
    if (value.isPresent()) {
      values.put(name, value.get());
    } else {
      values.remove(name);
    }
    return new StageGraph(dockerfile, values, replaced);
  }

  /** The values of global arguments, for stages that import them. */
  public Map<String, String> globals() {
    return Collections.unmodifiableMap(globals);
  }

  /**
   * A word of an instruction, global arguments in place of variables.
   *
   * @throws DockerfileException for a bad substitution
   */
  public String expand(Instruction at, String word) {
    return GlobalArgs.expand(at, word, globals, dockerfile.escape());
  }

  /** All stages, in order. */
  public List<Stage> stages() {
    return dockerfile.stages();
  }

  /** The stage of a name, the last one if several have it; letters' case does not matter. */
  public Optional<Stage> named(String name) {
    return Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether a named context takes the place of a stage. */
  public boolean isReplaced(Stage stage) {
    return stage.from().name().map(replaced::test).orElse(false);
  }

  /**
   * The stage to build: the last one, or one by name or number.
   *
   * @throws DockerfileException when there is none of that name
   */
  public Stage target(Optional<String> wanted) {
    if (wanted.isEmpty() || wanted.get().isEmpty()) {
      return dockerfile.stages().getLast();
    }
    Optional<Stage> stage = named(wanted.get()).or(() -> numbered(wanted.get()));
    return stage.orElseThrow(() ->
        new DockerfileException(
            dockerfile.stages().getLast().from().span(),
            "target stage \""
                + wanted.get()
                + "\" could not be found"
                + Suggestion.of(wanted.get().toLowerCase(Locale.ROOT), byName.keySet())
                    .map(name -> " (did you mean " + name + "?)")
                    .orElse("")));
  }

  /** What FROM names, variables replaced. */
  public String image(Stage stage) {
    return images.get(stage.index());
  }

  /**
   * The platform that FROM asks for.
   *
   * @throws DockerfileException when it is none
   */
  public Optional<Platform> platform(Stage stage) {
    Optional<String> written = stage.from().platform();
    if (written.isEmpty()) {
      return Optional.empty();
    }
    Instruction.From from = stage.from();
    String text = GlobalArgs.expand(from, written.get(), globals, dockerfile.escape());
    if (text.isEmpty()) {
      throw new DockerfileException(
          from.span(), "empty platform value from expression " + written.get());
    }
    try {
      return Optional.of(Platform.parse(text));
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          from.span(), "failed to parse platform " + written.get() + ": " + e.getMessage());
    }
  }

  /** An earlier stage that FROM names. */
  public Optional<Stage> base(Stage stage) {
    return bases.get(stage.index());
  }

  /**
   * What COPY takes from.
   *
   * @param written a stage by name or number, a named context or an image
   * @throws DockerfileException when it is a stage that comes later, or an unknown variable
   */
  public Source copySource(Stage at, Span span, String written) {
    String from = literal(span, written);
    Optional<Stage> stage = isNumber(from) ? Optional.of(indexed(span, from)) : named(from);
    if (stage.isPresent() && stage.get().index() >= at.index()) {
      throw new DockerfileException(
          span,
          "cannot copy from stage \""
              + from
              + "\", it needs to be defined before current stage \""
              + name(at)
              + "\"");
    }
    return source(stage, from);
  }

  /**
   * What a mount shows.
   *
   * @throws DockerfileException when it is a stage that comes later
   */
  public Source mountSource(Stage at, Span span, String from) {
    Optional<Stage> stage = named(from).or(() -> numbered(from));
    if (stage.isPresent() && stage.get().index() >= at.index()) {
      throw new DockerfileException(
          span,
          "cannot mount from stage \""
              + from
              + "\", stage needs to be defined before current command");
    }
    return source(stage, from);
  }

  private static Source source(Optional<Stage> stage, String from) {
    if (stage.isPresent()) {
      return new Source.OfStage(stage.get());
    }
    return from.equalsIgnoreCase(SCRATCH) ? new Source.Nothing() : new Source.External(from);
  }

  /** The stages that a stage needs, itself included, in order. */
  public SortedSet<Integer> reachable(Stage target) {
    SortedSet<Integer> found = new TreeSet<>();
    collect(target, found);
    return found;
  }

  private void collect(Stage stage, SortedSet<Integer> found) {
    if (!found.add(stage.index()) || isReplaced(stage)) {
      return;
    }
    base(stage).ifPresent(s -> collect(s, found));
    for (Instruction instruction : stage.instructions()) {
      for (Stage needed : needs(instruction)) {
        if (needed.index() < stage.index()) {
          collect(needed, found);
        }
      }
    }
  }

  /** The stages that an instruction takes files from, wherever they are defined. */
  private List<Stage> needs(Instruction instruction) {
    List<Stage> needed = new ArrayList<>();
    if (instruction instanceof Instruction.Copy copy && copy.flags().from().isPresent()) {
      String from = literal(copy.span(), copy.flags().from().get());
      (isNumber(from) ? Optional.of(indexed(copy.span(), from)) : named(from))
          .ifPresent(needed::add);
    } else if (instruction instanceof Instruction.Run run) {
      for (String mount : run.mounts()) {
        RunMount.from(mount)
            .flatMap(from -> named(from).or(() -> numbered(from)))
            .ifPresent(needed::add);
      }
    }
    return needed;
  }

  private void checkCycles() {
    Set<Integer> done = new HashSet<>();
    for (Stage stage : dockerfile.stages()) {
      visit(stage, new ArrayList<>(), done);
    }
  }

  private void visit(Stage stage, List<Integer> way, Set<Integer> done) {
    if (!done.add(stage.index())) {
      return;
    }
    way.add(stage.index());
    for (Instruction instruction : stage.instructions()) {
      for (Stage needed : needs(instruction)) {
        if (way.contains(needed.index())) {
          throw new DockerfileException(
              instruction.span(),
              "circular dependency detected on stage: "
                  + name(dockerfile.stages().get(way.getFirst())));
        }
        visit(needed, way, done);
      }
    }
    way.removeLast();
  }

  /**
   * Where Docker refuses a variable, a global argument that has a value is taken, as FROM does.
   *
   * @throws DockerfileException as BuildKit's, when it has none
   */
  private String literal(Span span, String from) {
    if (!from.contains("$")) {
      return from;
    }
    try {
      String name =
          Words.expand(
              from,
              variable ->
                  Optional.of(
                      Optional.ofNullable(globals.get(variable))
                          .orElseThrow(IllegalArgumentException::new)),
              dockerfile.escape());
      if (!name.isEmpty()) {
        return name;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new DockerfileException(
        span,
        "variable expansion is not supported for --from, define a new stage with FROM using ARG"
            + " from global scope as a workaround",
        Optional.of("a variable is replaced here when an ARG before the first FROM has it"));
  }

  private static String name(Stage stage) {
    return stage.from().name().orElse("stage-" + stage.index());
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.length() < 7 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private Optional<Stage> numbered(String text) {
    return isNumber(text) && Integer.parseInt(text) < dockerfile.stages().size()
        ? Optional.of(dockerfile.stages().get(Integer.parseInt(text)))
        : Optional.empty();
  }

  private Stage indexed(Span span, String text) {
    return numbered(text)
        .orElseThrow(() -> new DockerfileException(span, "invalid stage index " + text));
  }
}
