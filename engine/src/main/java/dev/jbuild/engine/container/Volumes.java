package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Json;
import dev.jbuild.store.Atomic;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Volumes: {@code volumes/NAME/_data}, and beside it what is known of them. */
public final class Volumes {
  private static final String ANONYMOUS = "com.docker.volume.anonymous";

  private final Path store;
  private final Path root;

  public Volumes(Path storeRoot) {
    this.store = storeRoot;
    this.root = storeRoot.resolve("volumes");
  }

  /**
   * A volume.
   *
   * @param json in the form of Docker's inspect
   */
  public record Volume(String name, Path data, Json.Obj json) {
    /** The options of one in memory, which each container has for itself. */
    Optional<String> tmpfs() {
      Map<String, String> options = json.textMap("Options");
      return options.getOrDefault("type", "").equals("tmpfs")
          ? Optional.of(options.getOrDefault("o", ""))
          : Optional.empty();
    }

    public boolean anonymous() {
      return json.object("Labels").get(ANONYMOUS).isPresent();
    }
  }

  /** All volumes by name. */
  public List<Volume> all() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
      folders.forEach(folder -> names.add(String.valueOf(folder.getFileName())));
    } catch (NoSuchFileException _) {
      return List.of();
    }
    names.sort(null);
    List<Volume> volumes = new ArrayList<>();
    for (String name : names) {
      find(name).ifPresent(volumes::add);
    }
    return volumes;
  }

  /** A volume by its name. */
  public Optional<Volume> find(String name) throws IOException {
    if (!ContainerNames.isValid(name)) {
      return Optional.empty();
    }
    try {
      Json.Obj json =
          Json.parseObject(Files.readAllBytes(root.resolve(name).resolve("volume.json")));
      return Optional.of(new Volume(name, data(name, json.textMap("Options")), json));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /** The volume of that name, made when there is none. */
  public Volume create(String name, Map<String, String> labels, Map<String, String> options)
      throws IOException {
    Optional<Volume> known = find(name);
    if (known.isPresent()) {
      return known.get();
    }
    if (!ContainerNames.isValid(name)) {
      throw new EngineException(
          1,
          "create "
              + name
              + ": \""
              + name
              + "\" includes invalid characters for a local volume name, only"
              + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
              + " directory, use absolute path");
    }
    check(options);
    Path folder = root.resolve(name);
    Files.createDirectories(folder);
    try {
      Files.createDirectory(data(name));
      Linux.chmod(data(name), 0755);
    } catch (FileAlreadyExistsException _) {
      // Somebody else makes it at the same time: both write the same.
    }
    Json.Obj json =
        Json.obj()
            .with("CreatedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .with("Driver", "local")
            .with("Labels", labels.isEmpty() ? new Json.Null() : Json.textMap(labels))
            .with("Mountpoint", data(name).toString())
            .with("Name", name)
            .with("Options", options.isEmpty() ? new Json.Null() : Json.textMap(options))
            .with("Scope", "local");
    Atomic.write(store, folder.resolve("volume.json"), json.compact());
    event("create", name);
    return new Volume(name, data(name, options), json);
  }

  private static void check(Map<String, String> options) {
    for (String option : options.keySet()) {
      if (!List.of("type", "o", "device").contains(option)) {
        throw new EngineException(1, "invalid option: \"" + option + "\"");
      }
    }
    String type = options.getOrDefault("type", "");
    String device = options.getOrDefault("device", "");
    if (isBind(options) && !device.startsWith("/")) {
      throw new EngineException(1, "invalid option: device must be an absolute path: " + device);
    }
    if (!options.isEmpty() && !isBind(options) && !type.equals("tmpfs")) {
      throw new EngineException(
          1,
          "volumes of type \"%s\" are not supported: mount it on the host, and use that folder by -o type=none -o o=bind -o device=/the/folder"
              .formatted(type));
    }
  }

  private static boolean isBind(Map<String, String> options) {
    List<String> flags = List.of(options.getOrDefault("o", "").split(","));
    return flags.contains("bind") || flags.contains("rbind");
  }

  /** A volume without a name of its own, that goes with its container. */
  public Volume createAnonymous() throws IOException {
    byte[] random = new byte[32];
    ThreadLocalRandom.current().nextBytes(random);
    return create(HexFormat.of().formatHex(random), Map.of(ANONYMOUS, ""), Map.of());
  }

  /** Removes it with all that is in it. */
  public void remove(String name) throws IOException {
    Files.deleteIfExists(root.resolve(name).resolve("volume.json"));
    Linux.deleteTree(root.resolve(name));
    event("destroy", name);
  }

  private void event(String action, String name) throws IOException {
    Json.Obj driver = Json.obj().with("driver", "local");
    Events.append(store.resolve("events"), "volume", action, name, driver);
  }

  Path folder(String name) {
    return root.resolve(name);
  }

  private Path data(String name, Map<String, String> options) {
    return isBind(options) ? Path.of(options.getOrDefault("device", "")) : data(name);
  }

  private Path data(String name) {
    return root.resolve(name).resolve("_data");
  }
}
