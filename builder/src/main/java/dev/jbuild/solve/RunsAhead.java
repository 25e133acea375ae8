package dev.jbuild.solve;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.LayerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * RUN steps that follow each other and are done whatever was done before. The files of one are
 * digested while the next one runs on them; only then it is known which layer they are, and the
 * stage has it.
 */
final class RunsAhead implements AutoCloseable {
  private static final LayerId PROVISIONAL = new LayerId("0".repeat(32));

  private final Kitchen kitchen;
  private final StageState state;
  private @Nullable Pending last;

  RunsAhead(Kitchen kitchen, StageState state) {
    this.kitchen = kitchen;
    this.state = state;
  }

  /** A step that has run. */
  private record Pending(
      RunStep step,
      String title,
      RunMounts mounts,
      Optional<Draft> draft,
      FutureTask<LayerFacts> measuring,
      Consumer<Kitchen.Made> then) {}

  /**
   * Runs a step.
   *
   * @param then hears what it gave, once that is known
   */
  void add(RunStep step, String title, RunMounts.Finder finder, Consumer<Kitchen.Made> then)
      throws IOException, InterruptedException {
    RunMounts mounts = step.mounts(finder);
    Optional<Draft> draft = kitchen.ahead(title, vertex -> fill(step, vertex, mounts));
    FutureTask<LayerFacts> measuring =
        new FutureTask<>(() -> kitchen.layers().measure(draft.orElseThrow()));
    if (draft.isPresent()) {
      state.layers.add(new Layer(PROVISIONAL, draft.get().fs()));
      Thread.ofPlatform().daemon().name("measure").start(measuring);
    }
    last = new Pending(step, title, mounts, draft, measuring, then);
  }

  /**
   * What was done before is kept when this step fails; only the user's end of it all is in a hurry.
   */
  private Optional<Draft> fill(RunStep step, int vertex, RunMounts mounts)
      throws IOException, InterruptedException {
    Optional<Draft> draft = Optional.empty();
    try {
      draft = step.fill(vertex, mounts);
      settle();
      return draft;
    } catch (InterruptedException e) {
      draft.ifPresent(Draft::close);
      throw e;
    } catch (IOException | RuntimeException e) {
      draft.ifPresent(Draft::close);
      settle();
      throw e;
    }
  }

  /** Waits until the stage has the layers of all steps. */
  void settle() throws IOException, InterruptedException {
    Pending pending = last;
    if (pending == null) {
      return;
    }
    if (pending.draft().isPresent()) {
      measured(pending.measuring());
      state.layers.removeLast();
    }
    last = null;
    pending
        .then()
        .accept(
            kitchen.settle(
                pending.step().order(pending.title(), true, pending.mounts()),
                state,
                pending.draft()));
  }

  private static void measured(FutureTask<LayerFacts> measuring)
      throws IOException, InterruptedException {
    try {
      measuring.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** Discards what was not settled. */
  @Override
  public void close() {
    Pending pending = last;
    last = null;
    if (pending == null) {
      return;
    }
    try {
      pending.draft().ifPresent(Draft::close);
    } catch (UncheckedIOException _) {
      // its reader may make new files in it: the end of the lease removes them
    }
  }
}
