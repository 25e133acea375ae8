package dev.jbuild.engine.buildcache;

import dev.jbuild.cache.StepRecord;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A step record as it travels: layers have no ids of one store, but the digests of their content.
 *
 * @param layer the uncompressed tar of what the step made; absent when it changed nothing
 */
record CachedStep(
    Digest op,
    Digest key,
    SequencedMap<String, String> inputs,
    Optional<DiffId> layer,
    Digest content,
    String created) {

  static CachedStep of(StepRecord record, Optional<DiffId> layer) {
    return new CachedStep(
        record.op(), record.key(), record.inputs(), layer, record.content(), record.created());
  }

  StepRecord record(Optional<String> layerId) {
    return new StepRecord(op, key, inputs, layerId, content, created);
  }

  Json.Obj toJson() {
    Json.Obj json =
        Json.obj()
            .with("op", op.toString())
            .with("key", key.toString())
            .with("content", content.toString())
            .with("created", created);
    if (layer.isPresent()) {
      json = json.with("layer", layer.get().toString());
    }
    return json.with("inputs", Json.textMap(inputs));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws JsonException when it is something else
   */
  static CachedStep fromJson(Json.Obj json) {
    Optional<String> layer = json.text("layer");
    return new CachedStep(
        digest(json, "op"),
        digest(json, "key"),
        json.textMap("inputs"),
        layer.map(text -> new DiffId(digest(json, "layer"))),
        digest(json, "content"),
        json.text("created").orElse(""));
  }

  private static Digest digest(Json.Obj json, String name) {
    String text = json.text(name).orElse("");
    if (!Digest.isDigest(text)) {
      throw new JsonException("a cached step without " + name);
    }
    return Digest.parse(text);
  }
}
