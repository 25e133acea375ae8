package dev.jbuild.solve;

import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * RUN steps that follow each other and are done whatever was done before. The files of one are
 * digested, and compared with what it gave before, while the next one runs on them; only then the
 * stage has its layer.
 */
final class RunsAhead implements AutoCloseable {
  private static final LayerId PROVISIONAL = new LayerId("0".repeat(32));

  private final Kitchen kitchen;
  private final StageState state;

  /** To start a thread for each step takes longer than to look. */
  private final ExecutorService looker =
      Executors.newFixedThreadPool(1, Thread.ofPlatform().daemon().name("look").factory());

  private @Nullable Pending last;

  /** Of no use any more, but the one who looks at the next draft has the time to remove it. */
  private @Nullable Draft discarded;

  RunsAhead(Kitchen kitchen, StageState state) {
    this.kitchen = kitchen;
    this.state = state;
  }

  /** A step that has run. */
  private record Pending(
      Optional<Draft> draft, Future<Kitchen.Looked> looking, Consumer<Kitchen.Made> then) {}

  /**
   * Runs a step.
   *
   * @param then hears what it gave, once that is known
   */
  void add(RunStep step, String title, RunMounts.Finder finder, Consumer<Kitchen.Made> then)
      throws IOException, InterruptedException {
    RunMounts mounts = step.mounts(finder);
    Optional<Draft> filled = kitchen.ahead(title, vertex -> fill(step, vertex, mounts));
    Kitchen.Order order = step.order(title, true, mounts);
    Draft old = discarded;
    discarded = null;
    Future<Kitchen.Looked> looking =
        looker.submit(() -> {
          if (old != null) {
            old.close();
          }
          return kitchen.look(order, filled);
        });
    filled.ifPresent(draft -> state.layers.add(new Layer(PROVISIONAL, draft.fs())));
    last = new Pending(filled, looking, then);
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
    Kitchen.Looked looked = result(pending.looking());
    last = null;
    if (pending.draft().isPresent()) {
      state.layers.removeLast();
    }
    Kitchen.Made made = kitchen.settle(looked, state, pending.draft());
    // no step runs on its files any more
    discarded = pending.draft().orElse(discarded);
    pending.then().accept(made);
  }

  private static Kitchen.Looked result(Future<Kitchen.Looked> looking)
      throws IOException, InterruptedException {
    try {
      return looking.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** Discards what was not settled, and what is of no use. */
  @Override
  public void close() {
    Pending pending = last;
    last = null;
    looker.shutdown();
    try {
      if (discarded != null) {
        discarded.close();
      }
      if (pending != null) {
        pending.draft().ifPresent(Draft::close);
      }
    } catch (UncheckedIOException _) {
      // its reader may make new files in it: the end of the lease removes them
    }
  }
}
