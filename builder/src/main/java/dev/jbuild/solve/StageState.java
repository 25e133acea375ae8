package dev.jbuild.solve;

import dev.jbuild.cache.Accounts;
import dev.jbuild.context.SourceTree;
import dev.jbuild.layer.Layer;
import dev.jbuild.linux.Dir;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.HistoryEntry;
import dev.jbuild.oci.ImageConfig;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Words;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A stage between two of its instructions. One thread works on it. */
final class StageState {
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  ImageConfig config;
  final List<Layer> layers;

  /** The content of the layers so far, times left out: what the keys of later steps build on. */
  Digest chain;

  /** The environment of the build: ENV and ARG in the order in which they took effect. */
  final SequencedMap<String, String> env;

  /** The arguments in force, for the history. */
  final SequencedMap<String, String> args;

  boolean cmdSet;

  /** How many of the layers, and of the entries of the history, a base from elsewhere brought. */
  int inherited;

  int inheritedHistory;

  /** The time of creation that was asked for, RFC 3339. */
  Optional<String> epoch = Optional.empty();

  private @Nullable Accounts accounts;
  private int accountsOf;

  StageState(ImageConfig config, List<Layer> layers, Digest chain) {
    this.config = config;
    this.layers = new ArrayList<>(layers);
    this.chain = chain;
    this.env = new LinkedHashMap<>(config.config().envMap());
    this.args = new LinkedHashMap<>();
  }

  /** No files, and a configuration that says where a program begins: {@code scratch}. */
  static StageState nothing(Platform platform) {
    ImageConfig config =
        ImageConfig.empty(platform).withConfig(ContainerConfig.EMPTY.withWorkingDir("/"));
    return new StageState(config, List.of(), Digest.sha256("scratch"));
  }

  /** What a stage that is built from this one begins with. */
  StageState child() {
    StageState child = new StageState(config, layers, chain);
    child.env.putAll(env);
    child.args.putAll(args);
    child.epoch = epoch;
    child.inherited = inherited;
    child.inheritedHistory = inheritedHistory;
    return child;
  }

  /** Users and groups, read again only when a layer since may have changed them. */
  Accounts accounts() throws IOException {
    Accounts known = accounts;
    if (known == null || touched("etc")) {
      LayerStack stack = new LayerStack(layers);
      known = Accounts.of(stack);
      accounts = Accounts.arePlain(stack) ? known : null;
    }
    accountsOf = layers.size();
    return known;
  }

  private boolean touched(String name) throws IOException {
    for (Layer layer : layers.subList(accountsOf, layers.size())) {
      if (Dir.HERE.statIfPresent(layer.fs() + "/" + name).isPresent()) {
        return true;
      }
    }
    return false;
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(env.get(name));
  }

  /**
   * A word with variables replaced and quotes removed.
   *
   * @throws IllegalArgumentException for a bad substitution, or one that demands a value
   */
  String expand(String word, char escape) {
    return Words.expand(word, this::variable, escape);
  }

  String workdir() {
    return "/" + SourceTree.clean(config.config().workingDir());
  }

  List<String> shell() {
    return config.config().shell().orElse(List.of("/bin/sh", "-c"));
  }

  void history(String createdBy, Optional<String> created, boolean empty) {
    config =
        config.withHistory(
            new HistoryEntry(
                epoch.or(() -> created).or(() -> config.created()),
                createdBy,
                Optional.empty(),
                "buildkit.dockerfile.v0",
                empty));
    if (created.isPresent()) {
      config = config.withCreated(epoch.orElse(created.get()));
    }
  }
}
