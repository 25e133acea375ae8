package dev.jbuild.solve;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.cache.LocalImages;
import dev.jbuild.cache.StepLocks;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Instruction;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.ContextNames;
import dev.jbuild.plan.Output;
import dev.jbuild.plan.StageGraph;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    List<Platform> platforms =
        request.platforms().isEmpty() ? List.of(Platform.host()) : request.platforms();
    try (Lease lease = store.lease()) {
      Kitchen kitchen =
          new Kitchen(
              layers,
              lease,
              new StepRecords(store.root()),
              new StepLocks(store.root()),
              events,
              evidence);
      List<LocalImage> built = new ArrayList<>();
      for (Platform platform : platforms) {
        built.add(build(request, dockerfile, platform, kitchen, events));
      }
      return new BuildResult(
          built.size() == 1 ? built.getFirst() : index(built), built, dockerfile);
    }
  }

  private LocalImage build(
      BuildRequest given, Dockerfile dockerfile, Platform platform, Kitchen kitchen, Events events)
      throws IOException, InterruptedException {
    ContextNames names = new ContextNames(given.source().named());
    StageGraph written =
        StageGraph.of(
            dockerfile,
            Predefined.platforms(platform, given.target().orElse("default")),
            given.arguments(),
            name -> names.find(name, platform).isPresent());
    Epoch epoch = Epoch.of(given, written, new Remote(store, given, kitchen.evidence()));
    BuildRequest request = epoch.in(given);
    try (Surroundings around =
        new Surroundings(request, epoch.in(written), store.root(), shimBinary)) {
      around.escape = dockerfile.escape();
      around.stageCount = dockerfile.stages().size();
      around.epoch = epoch.text();
      around.platformTitle = given.platforms().size() > 1 ? platform + " " : "";
      if (request.cache().disabled() && runsSomething(around.graph, request)) {
        around.shimSoon();
      }
      Origins origins = new Origins(store, layers, images, around, kitchen, events);
      StageState state =
          new StageRun(around, kitchen, events, platform, origins)
              .all(around.graph.target(request.target()));
      StageState shaped = request.squash() ? Squash.of(state, kitchen) : state;
      if (rewritesTimes(request) && epoch.seconds().isPresent()) {
        shaped = Squash.clamp(shaped, kitchen, epoch.seconds().getAsLong());
      }
      return export(shaped, request, events);
    }
  }

  /**
   * Begins what every build needs and takes its time the first time in a process, to be done while
   * the call is still being read: the grammar's tables, and the digests.
   */
  public static void prepare() {
    Thread.ofPlatform().daemon().name("prepare").start(Builder::firstUse);
  }

  private static void firstUse() {
    var _ = DockerfileParser.outline("FROM a\nRUN a\n".getBytes(StandardCharsets.UTF_8));
    var _ = Digest.sha256("");
  }

  private static boolean runsSomething(StageGraph graph, BuildRequest request) {
    for (int index : graph.reachable(graph.target(request.target()))) {
      for (Instruction instruction : graph.stages().get(index).instructions()) {
        if (instruction instanceof Instruction.Run) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean rewritesTimes(BuildRequest request) {
    for (Output output : request.outputs()) {
      // of images only: a folder or tar of files has no such option
      if (!(output instanceof Output.Files)
          && output.options().getOrDefault("rewrite-timestamp", "false").equals("true")) {
        return true;
      }
    }
    return false;
  }

  /** Several images as one: an index, which names then point at. */
  private LocalImage index(List<LocalImage> images) throws IOException {
    List<Descriptor> manifests = new ArrayList<>();
    for (LocalImage image : images) {
      manifests.add(image.target().withPlatform(image.config().platform()));
    }
    byte[] bytes = ImageIndex.of(manifests).toJson().bytes();
    Descriptor top = Descriptor.of(MediaTypes.OCI_INDEX, store.blobs().put(bytes), bytes.length);
    LocalImage first = images.getFirst();
    return new LocalImage(top, first.manifest(), first.config(), first.layers());
  }

  private LocalImage export(StageState state, BuildRequest request, Events events)
      throws IOException {
    int vertex = events.start("exporting to image");
    ContainerConfig config = state.config.config();
    for (var label : request.labels().entrySet()) {
      config = config.withLabel(label.getKey(), label.getValue());
    }
    ImageConfig image = state.config.withConfig(config);
    if (state.epoch.isPresent()) {
      image = image.withCreated(state.epoch.get());
    }
    LocalImage made =
        new LocalImages(store, layers).put(image, state.layers, request.annotations());
    events.finish(vertex, new Outcome.Ran());
    return made;
  }
}
