package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.cache.StepLocks;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.ChainId;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.StageGraph;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** From a request to an image in the store. Independent stages are built side by side. */
public final class Builder {
  private final Store store;
  private final Layers layers;
  private final BaseImages images;
  private final Path shimBinary;
  private final Evidence evidence;

  /**
   * @param evidence hears what the build takes its answer from
   */
  public Builder(
      Store store, Layers layers, BaseImages images, Path shimBinary, Evidence evidence) {
    this.store = store;
    this.layers = layers;
    this.images = images;
    this.shimBinary = shimBinary;
    this.evidence = evidence;
  }

  /**
   * Builds.
   *
   * @throws BuildException when a step fails
   * @throws dev.jbuild.parser.DockerfileException when the Dockerfile is wrong
   */
  public BuildResult build(BuildRequest request, BuildListener listener)
      throws IOException, InterruptedException {
    Events events = new Events(listener);
    int loading =
        events.start("[internal] load build definition from " + request.source().dockerfileName());
    Dockerfile dockerfile;
    try {
      dockerfile = DockerfileParser.parse(request.source().dockerfile());
    } catch (RuntimeException e) {
      events.finish(loading, new Outcome.Failed(String.valueOf(e.getMessage())));
      throw e;
    }
    events.finish(loading, new Outcome.Ran());
    Platform platform =
        request.platforms().isEmpty() ? Platform.host() : request.platforms().getFirst();
    StageGraph graph =
        StageGraph.of(
            dockerfile,
            Predefined.platforms(platform, request.target().orElse("default")),
            request.arguments(),
            _ -> false);
    try (Lease lease = store.lease();
        Surroundings around = new Surroundings(request, graph, store.root(), shimBinary)) {
      around.escape = dockerfile.escape();
      around.stageCount = dockerfile.stages().size();
      Kitchen kitchen =
          new Kitchen(
              layers,
              lease,
              new StepRecords(store.root()),
              new StepLocks(store.root()),
              events,
              evidence);
      Run run = new Run(around, kitchen, events, platform, dockerfile);
      StageState state = run.all(graph.target(request.target()));
      return new BuildResult(export(state, request, events));
    }
  }

  private LocalImage export(StageState state, BuildRequest request, Events events)
      throws IOException {
    int vertex = events.start("exporting to image");
    ContainerConfig config = state.config.config();
    for (var label : request.labels().entrySet()) {
      config = config.withLabel(label.getKey(), label.getValue());
    }
    List<DiffId> diffIds = new ArrayList<>();
    for (Layer layer : state.layers) {
      diffIds.add(layers.measure(layer).diffId());
    }
    LocalImage image =
        new LocalImages(store, layers)
            .put(
                state.config.withConfig(config).withDiffIds(diffIds),
                state.layers,
                request.annotations());
    events.finish(vertex, new Outcome.Ran());
    return image;
  }

  /** One build's stages, each in a thread of its own. */
  private final class Run implements StageBuilder.Others {
    private final Surroundings around;
    private final Kitchen kitchen;
    private final Events events;
    private final Platform platform;
    private final Dockerfile dockerfile;
    private final Map<Integer, Future<StageState>> stages = new HashMap<>();

    Run(
        Surroundings around,
        Kitchen kitchen,
        Events events,
        Platform platform,
        Dockerfile dockerfile) {
      this.around = around;
      this.kitchen = kitchen;
      this.events = events;
      this.platform = platform;
      this.dockerfile = dockerfile;
    }

    StageState all(Stage target) throws IOException, InterruptedException {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        synchronized (stages) {
          for (int index : around.graph.reachable(target)) {
            stages.put(index, threads.submit(() -> build(dockerfile.stages().get(index))));
          }
        }
        try {
          StageState state = null;
          for (int index : around.graph.reachable(target)) {
            state = stage(index);
          }
          if (state == null) {
            throw new AssertionError("the target is reachable from itself");
          }
          return state;
        } catch (RuntimeException | IOException | InterruptedException e) {
          threads.shutdownNow();
          throw e;
        }
      }
    }

    @Override
    public StageState stage(int index) throws IOException, InterruptedException {
      Future<StageState> future;
      synchronized (stages) {
        future = stages.get(index);
      }
      if (future == null) {
        return build(dockerfile.stages().get(index));
      }
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
    public StageState image(ImageReference reference) throws IOException {
      return from(reference, "[internal] load metadata for " + reference);
    }

    private StageState build(Stage stage) throws IOException, InterruptedException {
      StageState state = base(stage);
      List<Instruction> triggers = new ArrayList<>();
      for (String trigger : state.config.config().onBuild()) {
        triggers.add(DockerfileParser.parseInstruction(trigger, '\\'));
      }
      state.config = state.config.withConfig(state.config.config().withOnBuild(List.of()));
      return new StageBuilder(around, kitchen, events, stage, state, this).build(triggers);
    }

    private StageState base(Stage stage) throws IOException, InterruptedException {
      var parent = around.graph.base(stage);
      if (parent.isPresent()) {
        return stage(parent.get().index()).child();
      }
      String image = around.graph.image(stage);
      StepTitles titles = StepTitles.of(stage, around.stageCount);
      if (image.equals("scratch")) {
        return withPath(StageState.nothing(platform));
      }
      try {
        ImageReference reference = ImageReference.parse(image).withDefaultTag();
        return withPath(from(reference, titles.first("FROM " + reference)));
      } catch (IllegalArgumentException e) {
        throw new BuildException(
            stage.from().span(), "failed to parse stage name \"" + image + "\": " + e.getMessage());
      } catch (IOException | RuntimeException e) {
        throw e instanceof BuildException known
            ? known
            : new BuildException(stage.from().span(), image + ": " + e.getMessage());
      }
    }

    private StageState from(ImageReference reference, String title) throws IOException {
      int vertex = events.start(title);
      try {
        LocalImage image =
            images.get(
                reference,
                platform,
                around.request.cache().pull(),
                (item, current, total, done) ->
                    events.send(new BuildEvent.Transfer(vertex, item, current, total, done)));
        if (!kitchen.hold(image.layers())) {
          throw new IOException("a layer was removed meanwhile; build again");
        }
        evidence.image(reference, image);
        Digest chain =
            image.config().diffIds().isEmpty()
                ? Digest.sha256("empty")
                : ChainId.of(image.config().diffIds()).digest();
        events.finish(vertex, new Outcome.Ran());
        return new StageState(image.config(), image.layers(), chain);
      } catch (IOException | RuntimeException e) {
        events.finish(vertex, new Outcome.Failed(String.valueOf(e.getMessage())));
        throw e;
      }
    }

    private StageState withPath(StageState state) {
      if (!state.env.containsKey("PATH")) {
        state.config =
            state.config.withConfig(state.config.config().withEnv("PATH", StageState.DEFAULT_PATH));
        state.env.put("PATH", StageState.DEFAULT_PATH);
      }
      return state;
    }
  }
}
