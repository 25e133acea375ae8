package dev.jbuild.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The image config: how to run it, its layers, and how it was made (image-spec, config.md).
 *
 * @param created RFC 3339, in UTC
 */
public record ImageConfig(
    Optional<String> created,
    Optional<String> author,
    Platform platform,
    ContainerConfig config,
    List<DiffId> diffIds,
    List<HistoryEntry> history) {
  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  /** The config of an image without layers, for a platform. */
  public static ImageConfig empty(Platform platform) {
    return new ImageConfig(
        Optional.empty(), Optional.empty(), platform, ContainerConfig.EMPTY, List.of(), List.of());
  }

  public ImageConfig withConfig(ContainerConfig other) {
    return new ImageConfig(created, author, platform, other, diffIds, history);
  }

  public ImageConfig withAuthor(String name) {
    return new ImageConfig(created, Optional.of(name), platform, config, diffIds, history);
  }

  public ImageConfig withCreated(String time) {
    return new ImageConfig(Optional.of(time), author, platform, config, diffIds, history);
  }

  /** Adds an entry to the history, for a step that made no layer. */
  public ImageConfig withHistory(HistoryEntry entry) {
    List<HistoryEntry> entries = new ArrayList<>(history);
    entries.add(entry);
    return new ImageConfig(created, author, platform, config, diffIds, entries);
  }

  /** Replaces the layers. */
  public ImageConfig withDiffIds(List<DiffId> layers) {
    return new ImageConfig(created, author, platform, config, layers, history);
  }

  public Json.Obj toJson() {
    Json.Obj json = Json.obj().withOptional("created", created).withOptional("author", author);
    for (var member : platform.toJson().members().entrySet()) {
      json = json.with(member.getKey(), member.getValue());
    }
    Json.Obj rootfs =
        Json.obj()
            .with("type", "layers")
            .with("diff_ids", Json.texts(diffIds.stream().map(DiffId::toString).toList()));
    json = json.with("config", config.toJson()).with("rootfs", rootfs);
    return json.with(
        "history", new Json.Arr(history.stream().<Json>map(HistoryEntry::toJson).toList()));
  }

  /**
   * Reads a config.
   *
   * @throws JsonException when it is no JSON object or a diff id is malformed
   */
  public static ImageConfig parse(byte[] bytes) {
    Json.Obj json = Json.parseObject(bytes);
    List<DiffId> diffIds = new ArrayList<>();
    for (String text : json.object("rootfs").texts("diff_ids")) {
      if (!Digest.isDigest(text)) {
        throw new JsonException("image config with a malformed diff id: " + text);
      }
      diffIds.add(DiffId.parse(text));
    }
    return new ImageConfig(
        json.text("created"),
        json.text("author").filter(a -> !a.isEmpty()),
        Platform.fromJson(json),
        ContainerConfig.fromJson(json.object("config")),
        diffIds,
        json.objects("history").stream().map(HistoryEntry::fromJson).toList());
  }
}
