package dev.jbuild.oci;

import java.util.Optional;

/**
 * How one step of an image was made (image-spec, config.md, history).
 *
 * @param emptyLayer true for a step that changed only the config
 */
public record HistoryEntry(
    Optional<String> created,
    String createdBy,
    Optional<String> author,
    String comment,
    boolean emptyLayer) {

  Json.Obj toJson() {
    Json.Obj json = Json.obj().withOptional("created", created).with("created_by", createdBy);
    json = json.withOptional("author", author);
    if (!comment.isEmpty()) {
      json = json.with("comment", comment);
    }
    return emptyLayer ? json.with("empty_layer", true) : json;
  }

  static HistoryEntry fromJson(Json.Obj json) {
    return new HistoryEntry(
        json.text("created"),
        json.text("created_by").orElse(""),
        json.text("author"),
        json.text("comment").orElse(""),
        json.flag("empty_layer"));
  }
}
