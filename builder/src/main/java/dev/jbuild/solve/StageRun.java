package dev.jbuild.solve;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The stages that a target needs, each in a thread of its own. */
final class StageRun implements StageBuilder.Others {
  private final Surroundings around;
  private final Kitchen kitchen;
  private final Events events;
  private final Platform platform;
  private final Origins origins;
  private final Map<Integer, Future<StageState>> stages = new HashMap<>();
  // the JDK's own counting names take method handles that are made anew at every start
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("stage").factory());

  StageRun(
      Surroundings around, Kitchen kitchen, Events events, Platform platform, Origins origins) {
    this.around = around;
    this.kitchen = kitchen;
    this.events = events;
    this.platform = platform;
    this.origins = origins;
  }

  /** Builds the target and all that it needs; to be called once. */
  StageState all(Stage target) throws IOException, InterruptedException {
    try (threads) {
      List<Future<StageState>> wanted = new ArrayList<>();
      for (int index : around.graph.reachable(target)) {
        wanted.add(future(index));
      }
      try {
        // a failure of an earlier stage is the one to be shown
        List<StageState> all = new ArrayList<>();
        for (Future<StageState> one : wanted) {
          all.add(result(one));
        }
        return all.getLast();
      } catch (RuntimeException | IOException | InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  private Future<StageState> future(int index) {
    synchronized (stages) {
      return stages.computeIfAbsent(
          index, _ -> threads.submit(() -> build(around.graph.stages().get(index))));
    }
  }

  @Override
  public StageState stage(int index) throws IOException, InterruptedException {
    // triggers may want a stage that nothing else needs
    return result(future(index));
  }

  private static StageState result(Future<StageState> future)
      throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case IOException failure -> throw failure;
        case InterruptedException failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public Origin external(Span span, String name) throws IOException, InterruptedException {
    return origins.find(span, name, platform, "[internal] load metadata for ");
  }

  @Override
  public Remote remote() {
    return origins.remote();
  }

  private StageState build(Stage stage) throws IOException, InterruptedException {
    Platform wanted = around.graph.platform(stage).orElse(platform);
    Span span = stage.from().span();
    if (around.graph.isReplaced(stage)) {
      String name = stage.from().name().orElseThrow();
      return begin(origins.find(span, name, wanted, "[context " + name + "] "), wanted);
    }
    StageState state = base(stage, wanted);
    List<Instruction> triggers = triggers(span, state.config.config().onBuild());
    state.config = state.config.withConfig(state.config.config().withOnBuild(List.of()));
    return new StageBuilder(around, kitchen, events, stage, state, this).build(triggers);
  }

  private static List<Instruction> triggers(Span span, List<String> texts) {
    List<Instruction> triggers = new ArrayList<>();
    for (String text : texts) {
      try {
        triggers.add(DockerfileParser.parseInstruction(text, '\\'));
      } catch (DockerfileException e) {
        throw new BuildException(span, "ONBUILD " + text + ": " + e.getMessage());
      }
    }
    return triggers;
  }

  private StageState base(Stage stage, Platform wanted) throws IOException, InterruptedException {
    Optional<Stage> parent = around.graph.base(stage);
    if (parent.isPresent()) {
      return stage(parent.get().index()).child();
    }
    String image = around.graph.image(stage);
    if (image.equals("scratch")) {
      return withPath(StageState.nothing(platform));
    }
    String title = StepTitles.of(stage, around).first("FROM ");
    return begin(origins.find(stage.from().span(), image, wanted, title), wanted);
  }

  private StageState begin(Origin origin, Platform wanted)
      throws IOException, InterruptedException {
    StageState state =
        origin instanceof Origin.Stack(StageState source)
            ? source.child()
            : origins.layer(((Origin.Folder) origin).tree(), wanted);
    state.inherited = state.layers.size();
    state.inheritedHistory = state.config.history().size();
    return withPath(state);
  }

  private StageState withPath(StageState state) {
    state.epoch = around.epoch;
    if (!state.env.containsKey("PATH")) {
      state.config =
          state.config.withConfig(state.config.config().withEnv("PATH", StageState.DEFAULT_PATH));
      state.env.put("PATH", StageState.DEFAULT_PATH);
    }
    return state;
  }
}
