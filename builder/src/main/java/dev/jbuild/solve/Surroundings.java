package dev.jbuild.solve;

import dev.jbuild.cache.StatCache;
import dev.jbuild.context.ContextTree;
import dev.jbuild.linux.Child;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.StageGraph;
import dev.jbuild.runtime.Shim;
import dev.jbuild.runtime.ShimException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What all steps of one build share; what costs is made when a step first asks. */
final class Surroundings implements AutoCloseable {
  final BuildRequest request;
  final StageGraph graph;
  final Path storeRoot;
  final Path shimBinary;
  char escape = '\\';
  int stageCount = 1;

  /** Before the rows of stages, where several platforms are built. */
  String platformTitle = "";

  /** What is written as time of creation, RFC 3339. */
  Optional<String> epoch = Optional.empty();

  private final Object shimLock = new Object();
  private @Nullable Shim shim;
  private boolean closed;
  private @Nullable EtcFolders etc;
  private @Nullable ContextTree context;
  private @Nullable StatCache stats;

  Surroundings(BuildRequest request, StageGraph graph, Path storeRoot, Path shimBinary) {
    this.request = request;
    this.graph = graph;
    this.storeRoot = storeRoot;
    this.shimBinary = shimBinary;
  }

  Shim shim() {
    synchronized (shimLock) {
      if (closed) {
        throw new IllegalStateException("the build has ended");
      }
      Shim running = shim;
      if (running == null) {
        running = Shim.start(shimBinary, Child::start);
        shim = running;
      }
      return running;
    }
  }

  /** Starts the shim beside what comes before the first step that needs it. */
  void shimSoon() {
    // no lambda: the start-up cache does not know it, as it is trained with another kind of build
    Thread starter =
        new Thread("shim-start") {
          @Override
          public void run() {
            try {
              shim();
            } catch (ShimException | IllegalStateException _) {
              // the step that needs it tries again, and says why
            }
          }
        };
    starter.setDaemon(true);
    starter.start();
  }

  /**
   * What sandboxes get from outside in {@code /etc}.
   *
   * @param leaseId begins the names of what is made in the store's temporary folder
   */
  synchronized EtcFolders etc(String leaseId) {
    EtcFolders folders = etc;
    if (folders == null) {
      folders =
          new EtcFolders(storeRoot.resolve("tmp"), leaseId + "-etc", request.run().extraHosts());
      etc = folders;
    }
    return folders;
  }

  synchronized ContextTree context() throws IOException {
    ContextTree tree = context;
    if (tree == null) {
      IgnoreRules rules = IgnoreRules.parse(request.source().ignoreFile().orElse(new byte[0]));
      tree = ContextTree.scan(shimBinary, folder(), rules);
      context = tree;
    }
    return tree;
  }

  synchronized StatCache stats() throws IOException {
    StatCache cache = stats;
    if (cache == null) {
      cache = StatCache.open(storeRoot, folder());
      stats = cache;
    }
    return cache;
  }

  /** The context's folder; an empty one where only a Dockerfile was given. */
  private Path folder() throws IOException {
    Optional<Path> given = request.source().context();
    if (given.isPresent()) {
      return given.get();
    }
    Path empty = storeRoot.resolve("empty");
    Files.createDirectories(empty);
    return empty;
  }

  /** What was learned about the context's files is kept. */
  synchronized void saveStats() throws IOException {
    if (stats != null) {
      stats.save();
    }
  }

  @Override
  public synchronized void close() {
    synchronized (shimLock) {
      closed = true;
      if (shim != null) {
        shim.close();
      }
    }
    if (etc != null) {
      etc.close();
    }
  }
}
