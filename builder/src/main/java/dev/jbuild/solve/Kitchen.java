package dev.jbuild.solve;

import dev.jbuild.cache.StepLocks;
import dev.jbuild.cache.StepRecord;
import dev.jbuild.cache.StepRecords;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Reason;
import dev.jbuild.oci.Digest;
import dev.jbuild.solve.BuildEvent.Outcome;
import dev.jbuild.store.Lease;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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

  /** Keeps layers, and tells whether all of them are there. */
  boolean hold(List<Layer> stack) throws IOException {
    lease.pin(stack.stream().map(l -> l.id().value()).toList());
    for (Layer layer : stack) {
      if (layers.byId(layer.id()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** A step by what it is, and what goes into it. */
  record Order(String title, Digest op, SequencedMap<String, String> inputs, boolean fresh) {}

  /** What a step fills when it has to be done. */
  interface Filling {
    /** The layer before it is committed, or none when nothing changed. */
    Optional<Draft> fill(int vertex) throws IOException, InterruptedException;
  }

  /** Adds the step's layer to a stage, and says when it was made. */
  Made serve(Order order, StageState state, Recipe recipe)
      throws IOException, InterruptedException {
    Digest key = key(order.op(), order.inputs());
    return serve(order, key, state, vertex -> keep(order, key, recipe.make(vertex)));
  }

  /** The same for a step whose layer need not be committed when it was made before. */
  Made serveDraft(Order order, StageState state, Filling filling)
      throws IOException, InterruptedException {
    Digest key = key(order.op(), order.inputs());
    return serve(order, key, state, vertex -> keepDraft(order, key, filling.fill(vertex)));
  }

  /** Does a step whose layer is looked at later ({@link #settle}). */
  Optional<Draft> ahead(String title, Filling filling) throws IOException, InterruptedException {
    return at(
        title,
        vertex -> {
          evidence.ran();
          Optional<Draft> filled = filling.fill(vertex);
          events.finish(vertex, new Outcome.Ran());
          return filled;
        });
  }

  /**
   * What a step has given, looked at.
   *
   * @param same what it gave before, if that were the same bytes; the draft is of no use then
   */
  record Looked(Order order, Digest key, Optional<Made> same) {}

  /** Reads what a step has written; none of it is changed. */
  Looked look(Order order, Optional<Draft> filled) throws IOException {
    Digest key = key(order.op(), order.inputs());
    Digest content = filled.isPresent() ? layers.measure(filled.get()).content() : order.op();
    Optional<Made> same = again(order.op(), key, content);
    if (same.isEmpty() && filled.isPresent()) {
      layers.ready(filled.get());
    }
    return new Looked(order, key, same);
  }

  /** Adds to a stage what a step has given. */
  Made settle(Looked looked, StageState state, Optional<Draft> filled)
      throws IOException, InterruptedException {
    if (looked.same().isPresent()) {
      return apply(looked.same().get(), state);
    }
    try (StepLocks.Held _ = locks.acquire(looked.key(), () -> {})) {
      return apply(keepDraft(looked.order(), looked.key(), filled), state);
    }
  }

  private Made serve(Order order, Digest key, StageState state, Work<Made> work)
      throws IOException, InterruptedException {
    return at(
        order.title(),
        vertex -> {
          Optional<Made> known = order.fresh() ? Optional.empty() : find(order.op(), key);
          if (known.isEmpty()) {
            try (StepLocks.Held _ = locks.acquire(key, () -> {})) {
              known = order.fresh() ? Optional.empty() : find(order.op(), key);
              if (known.isEmpty()) {
                evidence.ran();
                Made made = work.at(vertex);
                events.finish(vertex, new Outcome.Ran());
                return apply(made, state);
              }
            }
          }
          events.finish(vertex, new Outcome.Cached());
          return apply(known.get(), state);
        });
  }

  /** What a step gave, with the inputs that came to be known while it was done. */
  record Done(Optional<Layer> layer, SequencedMap<String, String> inputs) {}

  /** Does a step and says what went into it. */
  interface Reading {
    Done make(int vertex) throws IOException, InterruptedException;
  }

  /**
   * Does a step that cannot be found, because none like it was ever done or because it shall be
   * done anew. Then it need not read its inputs twice, once for the key and once to do it.
   */
  Made serveUnseen(String title, Digest op, boolean fresh, StageState state, Reading recipe)
      throws IOException, InterruptedException {
    return at(
        title,
        vertex -> {
          evidence.ran();
          Done done = recipe.make(vertex);
          Digest key = key(op, done.inputs());
          try (StepLocks.Held _ = locks.acquire(key, () -> {})) {
            // another build may have been faster
            Optional<Made> known = fresh ? Optional.empty() : find(op, key);
            Made made =
                known.isPresent()
                    ? known.get()
                    : keep(new Order(title, op, done.inputs(), fresh), key, done.layer());
            events.finish(vertex, new Outcome.Ran());
            return apply(made, state);
          }
        });
  }

  /** Tells whether this step was ever done, whatever went into it. */
  boolean isSeen(Digest op) {
    return records.any(op);
  }

  /** The layer that the step made last, whatever went into it; it is kept. */
  Optional<Layer> previous(Digest op) {
    return records.newest(op).flatMap(StepRecord::layer).flatMap(this::pinned);
  }

  private static Digest key(Digest op, SequencedMap<String, String> inputs) {
    StringBuilder parts = new StringBuilder(op + "\n");
    inputs.forEach((name, value) -> parts.append(name).append('\n').append(value).append('\n'));
    return Digest.sha256(parts.toString());
  }

  private interface Work<T> {
    T at(int vertex) throws IOException, InterruptedException;
  }

  private <T> T at(String title, Work<T> work) throws IOException, InterruptedException {
    int vertex = events.start(title);
    try {
      return work.at(vertex);
    } catch (IOException | RuntimeException | InterruptedException e) {
      String message = Reason.of(e);
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

  private Made keep(Order order, Digest key, Optional<Layer> layer) throws IOException {
    if (layer.isEmpty()) {
      return note(order, key, layer, order.op());
    }
    // what is measured already may be another step's layer
    boolean own = layers.facts(layer.get().id()).isEmpty();
    Digest content = layers.measure(layer.get()).content();
    Optional<Made> same = again(order.op(), key, content);
    if (same.isPresent()) {
      if (own && !same.get().layer().equals(layer)) {
        layers.remove(layer.get().id());
      }
      return same.get();
    }
    lease.pin(layer.get().id().value());
    return note(order, key, layer, content);
  }

  private Made keepDraft(Order order, Digest key, Optional<Draft> filled) throws IOException {
    if (filled.isEmpty()) {
      Optional<Made> nothing = again(order.op(), key, order.op());
      return nothing.isPresent() ? nothing.get() : note(order, key, Optional.empty(), order.op());
    }
    try (Draft draft = filled.get()) {
      Digest content = layers.measure(draft).content();
      Optional<Made> same = again(order.op(), key, content);
      if (same.isPresent()) {
        return same.get();
      }
      Layer layer = draft.commit();
      lease.pin(layer.id().value());
      return note(order, key, Optional.of(layer), content);
    }
  }

  /** What the step gave before, if that were the same bytes: the image keeps its digest. */
  private Optional<Made> again(Digest op, Digest key, Digest content) {
    Optional<StepRecord> before = records.find(op, key);
    if (before.isEmpty() || !before.get().content().equals(content)) {
      return Optional.empty();
    }
    Optional<Layer> layer = before.get().layer().flatMap(this::pinned);
    if (before.get().layer().isPresent() && layer.isEmpty()) {
      return Optional.empty();
    }
    evidence.made(before.get());
    return Optional.of(new Made(layer, content, before.get().created()));
  }

  private Made note(Order order, Digest key, Optional<Layer> layer, Digest content)
      throws IOException {
    String created = now.truncatedTo(ChronoUnit.SECONDS).toString();
    StepRecord record =
        new StepRecord(
            order.op(), key, order.inputs(), layer.map(l -> l.id().value()), content, created);
    records.put(record);
    evidence.made(record);
    return new Made(layer, content, created);
  }

  private Optional<Made> find(Digest op, Digest key) {
    Optional<StepRecord> record = records.find(op, key);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    Optional<Layer> layer = record.get().layer().flatMap(this::pinned);
    if (record.get().layer().isPresent() && layer.isEmpty()) {
      return Optional.empty();
    }
    evidence.step(record.get(), layer);
    return Optional.of(new Made(layer, record.get().content(), record.get().created()));
  }

  /** A layer that is there and stays: looked for only when it is pinned. */
  private Optional<Layer> pinned(String id) {
    try {
      lease.pin(id);
      return layers.byId(new LayerId(id));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
