package dev.jbuild.engine.container;

import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container as it was defined.
 *
 * @param id 64 hexadecimal digits
 * @param folder where all of it is
 * @param json {@code config.json}, in the form of Docker's inspect: {@code Id}, {@code Created},
 *     {@code Path}, {@code Args}, {@code Image}, {@code Name} with a slash, {@code Mounts}, {@code
 *     HostConfig}, {@code Config}, {@code NetworkingConfig}
 */
public record Container(String id, Path folder, Json.Obj json) {
  static final String CONFIG = "config.json";

  static Container read(Path folder) throws IOException {
    Json.Obj json = Json.parseObject(Files.readAllBytes(folder.resolve(CONFIG)));
    return new Container(String.valueOf(folder.getFileName()), folder, json);
  }

  /** Without the slash. */
  public String name() {
    return json.text("Name").orElse("/").substring(1);
  }

  public String shortId() {
    return id.substring(0, 12);
  }

  public Json.Obj config() {
    return json.object("Config");
  }

  public Json.Obj hostConfig() {
    return json.object("HostConfig");
  }

  /** The image as it was asked for. */
  public String image() {
    return config().text("Image").orElse("");
  }

  /** The id of the image, {@code sha256:…}. */
  public String imageId() {
    return json.text("Image").orElse("");
  }

  public Instant created() {
    try {
      return json.text("Created").map(Instant::parse).orElse(Instant.EPOCH);
    } catch (DateTimeException _) {
      return Instant.EPOCH;
    }
  }

  public boolean tty() {
    return config().flag("Tty");
  }

  public boolean openStdin() {
    return config().flag("OpenStdin");
  }

  public boolean autoRemove() {
    return hostConfig().flag("AutoRemove");
  }

  public Map<String, String> labels() {
    return config().textMap("Labels");
  }

  /** The whole command line. */
  public List<String> argv() {
    List<String> argv = new java.util.ArrayList<>();
    json.text("Path").ifPresent(argv::add);
    argv.addAll(json.texts("Args"));
    return argv;
  }

  /** The mounts, in the form of Docker's inspect. */
  public List<Json.Obj> mounts() {
    return json.objects("Mounts");
  }

  /** How it is now. */
  public ContainerState state() throws IOException {
    return ContainerState.read(folder);
  }

  /** The number of the signal that asks it to end. */
  public int stopSignal() {
    return Signals.number(config().text("StopSignal").filter(s -> !s.isEmpty()).orElse("SIGTERM"));
  }

  /** Seconds until it is killed; negative: never. */
  public long stopTimeout() {
    return config().number("StopTimeout").orElse(10L);
  }

  /** The user that its program runs as, by name or number. */
  public String user() {
    return config().text("User").orElse("");
  }

  /** What it has beyond the image's configuration, for what is made from it. */
  public ContainerConfig imageConfig() {
    return ContainerConfig.fromJson(config());
  }

  Optional<String> networkMode() {
    return hostConfig().text("NetworkMode").filter(mode -> !mode.isEmpty());
  }
}
