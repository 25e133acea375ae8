package dev.jbuild.solve;

import dev.jbuild.cache.StepLocks;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerFacts;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.oci.Digest;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.SequencedMap;

/** Does a step, or takes what it gave before. */
final class Kitchen {
  private final Layers layers;
  private final Lease lease;
  private final StepRecords records;
  private final StepLocks locks;
  private final Events events;
  private final Evidence evidence;
  private final Instant now = Instant.now();

  Kitchen(
      Layers layers,
      Lease lease,
      StepRecords records,
      StepLocks locks,
      Events events,
      Evidence evidence) {
    this.layers = layers;
    this.lease = lease;
    this.records = records;
    this.locks = locks;
    this.events = events;
    this.evidence = evidence;
  }

  /** What a step does when it has to. */
  interface Recipe {
    /** The layer, or none when nothing changed. */
    Optional<Layer> make(int vertex) throws IOException, InterruptedException;
  }

  Layers layers() {
    return layers;
  }

  Lease lease() {
    return lease;
  }

  Evidence evidence() {
    return evidence;
  }

  /** A step by what it is, and what goes into it. */
  record Order(String title, Digest op, SequencedMap<String, String> inputs, boolean fresh) {}

  /** Adds the step's layer to a stage, and says when it was made. */
  Made serve(Order order, StageState state, Recipe recipe)
      throws IOException, InterruptedException {
    StringBuilder parts = new StringBuilder(order.op() + "\n");
    order
        .inputs()
        .forEach((name, value) -> parts.append(name).append('\n').append(value).append('\n'));
    Digest key = Digest.sha256(parts.toString());
    int vertex = events.start(order.title());
    try {
      Optional<Made> known = order.fresh() ? Optional.empty() : find(order.op(), key);
      if (known.isEmpty()) {
        try (StepLocks.Held _ = locks.acquire(key, () -> {})) {
          known = order.fresh() ? Optional.empty() : find(order.op(), key);
          if (known.isEmpty()) {
            Made made = make(order, key, recipe, vertex);
            events.finish(vertex, new Outcome.Ran());
            return apply(made, state);
          }
        }
      }
      events.finish(vertex, new Outcome.Cached());
      return apply(known.get(), state);
    } catch (IOException | RuntimeException | InterruptedException e) {
      String message = String.valueOf(e.getMessage());
      events.finish(
          vertex,
          e instanceof InterruptedException ? new Outcome.Canceled() : new Outcome.Failed(message));
      throw e;
    }
  }

  /**
   * What a step gave.
   *
   * @param created RFC 3339
   */
  record Made(Optional<Layer> layer, Digest content, String created) {}

  private Made apply(Made made, StageState state) {
    if (made.layer().isPresent()) {
      state.layers.add(made.layer().get());
      state.chain = Digest.sha256(state.chain + " " + made.content());
    }
    return made;
  }

  private Made make(Order order, Digest key, Recipe recipe, int vertex)
      throws IOException, InterruptedException {
    evidence.doubt();
    Optional<Layer> layer = recipe.make(vertex);
    String created = now.truncatedTo(ChronoUnit.SECONDS).toString();
    Digest content = order.op();
    if (layer.isPresent()) {
      LayerFacts facts = layers.measure(layer.get());
      content = facts.content();
      Optional<StepRecord> before = records.find(order.op(), key);
      Optional<Layer> same =
          before.isPresent() && before.get().content().equals(content)
              ? before.get().layer().flatMap(this::layer)
              : Optional.empty();
      if (same.isPresent()) {
        // the same bytes again: with the old layer the image keeps its digest
        if (!same.get().id().equals(layer.get().id())) {
          layers.remove(layer.get().id());
        }
        return new Made(same, content, before.get().created());
      }
      lease.pin(layer.get().id().value());
    }
    records.put(
        new StepRecord(
            order.op(), key, order.inputs(), layer.map(l -> l.id().value()), content, created));
    return new Made(layer, content, created);
  }

  private Optional<Made> find(Digest op, Digest key) {
    Optional<StepRecord> record = records.find(op, key);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    Optional<Layer> layer = record.get().layer().flatMap(this::layer);
    if (record.get().layer().isPresent() && layer.isEmpty()) {
      return Optional.empty();
    }
    layer.ifPresent(l -> lease.pin(l.id().value()));
    evidence.step(record.get(), layer);
    return Optional.of(new Made(layer, record.get().content(), record.get().created()));
  }

  private Optional<Layer> layer(String id) {
    try {
      return layers.byId(new LayerId(id));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
