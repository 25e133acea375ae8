package dev.jbuild.cli;

import dev.jbuild.cache.LocalImages;
import dev.jbuild.cache.Recovery;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.engine.ManifestLists;
import dev.jbuild.engine.buildcache.BuildCaches;
import dev.jbuild.engine.container.ContainerNetworks;
import dev.jbuild.engine.container.Containers;
import dev.jbuild.engine.container.Lifecycle;
import dev.jbuild.engine.network.Attachments;
import dev.jbuild.engine.network.Networks;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Linux;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistryLogin;
import dev.jbuild.registry.RegistrySettings;
import dev.jbuild.runtime.ShimBinary;
import dev.jbuild.runtime.Supervisor;
import dev.jbuild.solve.Builder;
import dev.jbuild.solve.Evidence;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The program's parts, each made when a verb first asks for it: the only place that knows
 * implementations.
 */
final class Composition implements AutoCloseable {
  private final Path root;
  private final Map<String, String> environment;
  private final Consumer<String> warnings;
  private @Nullable Store store;
  private @Nullable Layers layers;
  private Optional<String> unpackLimit = Optional.empty();
  private @Nullable RegistryClient registry;

  Composition(Path root, Map<String, String> environment, Consumer<String> warnings) {
    this.root = root;
    this.environment = environment;
    this.warnings = warnings;
  }

  /** Looks after what the machine's end may have left half written; mostly there is nothing. */
  void recover() throws IOException {
    int removed = Recovery.run(root);
    if (removed > 0) {
      warnings.accept(
          "the machine stopped before everything was on the disk; damaged layers and blobs that were removed: "
              + removed
              + "; build or pull what is missing again");
    }
  }

  /** Where images, layers and containers are kept. */
  Path root() {
    return root;
  }

  Store store() throws IOException {
    Store open = store;
    if (open == null) {
      open = Store.open(root);
      store = open;
    }
    return open;
  }

  Layers layers() throws IOException {
    Layers open = layers;
    if (open == null) {
      open = Layers.open(root, mostUnpacked());
      layers = open;
    }
    return open;
  }

  /** Lets layers and archives become larger than usual, or not as large: a number of bytes. */
  void limitUnpacking(Optional<String> size) {
    if (size.isPresent()) {
      unpackLimit = size;
      layers = null;
    }
  }

  private OptionalLong mostUnpacked() {
    Optional<String> text =
        unpackLimit.or(() -> Optional.ofNullable(environment.get("JBUILD_MAX_LAYER_SIZE")));
    if (text.isEmpty() || text.get().isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        Sizes.parse(text.get())
            .orElseThrow(() -> new UsageException("invalid size of layers: " + text.get())));
  }

  /** The images that are here. */
  LocalImages localImages() throws IOException {
    return new LocalImages(store(), layers());
  }

  /** Images from here, or from a registry. */
  ImageSource imageSource() throws IOException {
    return new ImageSource(store(), layers(), this::registry);
  }

  /** Indexes made by hand. */
  ManifestLists manifestLists() throws IOException {
    return new ManifestLists(store(), layers(), this::registry);
  }

  /** Build caches of elsewhere. */
  BuildCaches buildCaches() throws IOException {
    return new BuildCaches(store(), layers(), this::registry);
  }

  /** Registries themselves. */
  RegistryClient remote() {
    return registry();
  }

  /** Images to registries. */
  ImagePush imagePush() throws IOException {
    return new ImagePush(store(), layers(), this::registry);
  }

  /**
   * A builder.
   *
   * @param evidence hears what the build takes its answer from
   */
  Builder builder(Evidence evidence) throws IOException {
    ImageSource images = imageSource();
    return new Builder(
        store(),
        layers(),
        new BuildImages(images, store(), layers()),
        ShimBinary.locate(),
        evidence);
  }

  Containers containers() throws IOException {
    return new Containers(store(), layers());
  }

  Lifecycle lifecycle() throws IOException {
    Supervisor supervisor = new Supervisor(ShimBinary.locate(), Composition::become);
    return new Lifecycle(containers(), networks(), supervisor, warnings);
  }

  /**
   * What sits in front of a container needs no Java: this process becomes it, and its memory is
   * free. With {@code jbuild.stay}, which is for training the start-up cache, it is a child.
   */
  private static int become(List<String> command) throws IOException, InterruptedException {
    if (Boolean.getBoolean("jbuild.stay")) {
      IOException _ = Linux.become(List.of("")); // there is no such file: only to have been here
      return Supervisor.child(command);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("a signal has come");
    }
    throw Linux.become(command);
  }

  /** What containers get of networks. */
  ContainerNetworks networks() throws IOException {
    return new Attachments(root, ShimBinary.locate());
  }

  /** The networks themselves. */
  Networks networkStore() throws IOException {
    return new Networks(root, new Attachments(root, ShimBinary.locate()));
  }

  /** Several layers at once ask for it. */
  synchronized RegistryClient registry() {
    RegistryClient open = registry;
    if (open == null) {
      open = RegistryClient.open(RegistrySettings.load(environment));
      registry = open;
    }
    return open;
  }

  /** Credentials of registries. */
  RegistryLogin login() {
    return new RegistryLogin(RegistrySettings.load(environment));
  }

  @Override
  public void close() {
    if (registry != null) {
      registry.close();
    }
  }
}
