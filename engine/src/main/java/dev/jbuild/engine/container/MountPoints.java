package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Json;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * From {@code Binds}, {@code Mounts}, {@code VolumesFrom} and the image's volumes to the mounts of
 * a container, volumes made and filled on the way.
 */
final class MountPoints {
  private static final int REFUSED = 125;

  private final Volumes volumes;
  private final LayerStack image;
  private final SequencedMap<String, Json.Obj> byTarget = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();

  private MountPoints(Volumes volumes, LayerStack image) {
    this.volumes = volumes;
    this.image = image;
  }

  /**
   * The {@code Mounts} of a container.
   *
   * @param from the containers of {@code VolumesFrom}, each with whether only to be read
   * @param imageVolumes of the image and of flags, as {@code Config.Volumes}
   */
  static List<Json.Obj> of(
      Volumes volumes,
      LayerStack image,
      Json.Obj hostConfig,
      Map<Container, Boolean> from,
      Iterable<String> imageVolumes)
      throws IOException {
    MountPoints points = new MountPoints(volumes, image);
    for (Map.Entry<Container, Boolean> other : from.entrySet()) {
      for (Json.Obj mount : other.getKey().mounts()) {
        points.put(other.getValue() ? mount.with("RW", false) : mount);
      }
    }
    for (String bind : hostConfig.texts("Binds")) {
      points.bind(bind);
    }
    for (Json.Obj mount : hostConfig.objects("Mounts")) {
      points.mount(mount);
    }
    for (String path : imageVolumes) {
      String target = normal(path);
      if (!points.byTarget.containsKey(target)
          && !hostConfig.object("Tmpfs").members().containsKey(target)) {
        points.put(points.volume("", target, true, true, ""));
      }
    }
    return List.copyOf(points.byTarget.values());
  }

  private void put(Json.Obj mount) {
    byTarget.put(mount.text("Destination").orElse(""), mount);
  }

  /** What was asked for twice is a mistake; what another container has gives way. */
  private void put(Json.Obj mount, Set<String> known) {
    String target = mount.text("Destination").orElse("");
    if (!known.add(target)) {
      throw new EngineException(REFUSED, "Duplicate mount point: " + target);
    }
    put(mount);
  }

  /** {@code SOURCE:TARGET[:OPTIONS]}, where the source is a path or a volume. */
  private void bind(String text) throws IOException {
    String[] parts = text.split(":", -1);
    String target = normal(parts[1]);
    String mode = parts.length > 2 ? parts[2] : "";
    List<String> options = List.of(mode.split(","));
    boolean writable = !options.contains("ro");
    if (!parts[0].startsWith("/")) {
      put(volume(parts[0], target, writable, !options.contains("nocopy"), mode), asked);
      return;
    }
    Path source = Path.of(parts[0]);
    if (!Files.exists(source)) {
      Files.createDirectories(source);
    }
    put(
        point("bind", "", source, target, mode, writable).with("Propagation", propagation(options)),
        asked);
  }

  private static String propagation(List<String> options) {
    for (String option : options) {
      switch (option) {
        case "shared", "rshared", "slave", "rslave", "private", "rprivate" -> {
          return option;
        }
        default -> {}
      }
    }
    return "rprivate";
  }

  private void mount(Json.Obj mount) throws IOException {
    String source = mount.text("Source").orElse("");
    String target = normal(mount.text("Target").orElse(""));
    boolean writable = !mount.flag("ReadOnly");
    switch (mount.text("Type").orElse("volume")) {
      case "bind" -> {
        if (!Files.exists(Path.of(source))) {
          throw new EngineException(
              REFUSED,
              "invalid mount config for type \"bind\": bind source path does not exist: " + source);
        }
        String spread = mount.object("BindOptions").text("Propagation").orElse("rprivate");
        Json.Obj point = point("bind", "", Path.of(source), target, owners(mount), writable);
        put(with(point.with("Propagation", spread), "IdMap", mount), asked);
      }
      case "volume" ->
          volume(source, target, writable, !mount.object("VolumeOptions").flag("NoCopy"), mount);
      default -> {
        Json.Obj options = mount.object("TmpfsOptions");
        put(
            point("tmpfs", "", Path.of(""), target, "", writable)
                .with("SizeBytes", options.number("SizeBytes").orElse(0L))
                .with("TmpfsMode", options.number("Mode").orElse(01777L)),
            asked);
      }
    }
  }

  /** The options of ours that {@code -v} has among its own, too. */
  private static String owners(Json.Obj mount) {
    return mount.text("Owners").orElse("");
  }

  private static Json.Obj with(Json.Obj point, String name, Json.Obj mount) {
    Optional<Json> value = mount.get(name);
    return value.isPresent() ? point.with(name, value.get()) : point;
  }

  private void volume(String name, String target, boolean writable, boolean copy, Json.Obj mount)
      throws IOException {
    String part = mount.object("VolumeOptions").text("Subpath").orElse("");
    Path below = Path.of("/", part).normalize();
    Json.Obj point = volume(name, target, writable, copy && part.isEmpty(), owners(mount));
    if (!part.isEmpty()) {
      if (Path.of(part).isAbsolute() || part.contains("..")) {
        throw new EngineException(
            REFUSED, "invalid mount config: subpath must be a relative path within the volume");
      }
      point = point.with("Subpath", below.toString().substring(1));
    }
    put(with(point, "IdMap", mount), asked);
  }

  private Json.Obj volume(String name, String target, boolean writable, boolean copy, String mode)
      throws IOException {
    Volumes.Volume volume =
        name.isEmpty() ? volumes.createAnonymous() : volumes.create(name, Map.of(), Map.of());
    if (copy && volume.tmpfs().isEmpty()) {
      fill(volume, target);
    }
    return point("volume", volume.name(), volume.data(), target, mode, writable)
        .with("Propagation", "")
        .withOptional("Tmpfs", volume.tmpfs());
  }

  /** What the image has there is what an empty volume begins with, the folder's owner too. */
  private void fill(Volumes.Volume volume, String target) throws IOException {
    Optional<LayerStack.Node> folder = image.find(target);
    if (folder.isEmpty()
        || !folder.get().stat().isDirectory()
        || !Files.isDirectory(volume.data())
        || !isEmpty(volume.data())) {
      return;
    }
    FileStat before = Linux.lstat(volume.data());
    boolean touched = before.permissions() != 0755 || before.uid() != 0 || before.gid() != 0;
    if (!touched) {
      TreeCopy.folder(image, folder.get(), volume.data());
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      return !children.iterator().hasNext();
    }
  }

  private static Json.Obj point(
      String type, String name, Path source, String target, String mode, boolean writable) {
    Json.Obj point = Json.obj().with("Type", type);
    if (!name.isEmpty()) {
      point = point.with("Name", name);
    }
    point = point.with("Source", source.toString()).with("Destination", target);
    if (type.equals("volume")) {
      point = point.with("Driver", "local");
    }
    return point
        .with("Mode", type.equals("volume") && mode.isEmpty() ? "z" : mode)
        .with("RW", writable);
  }

  private static String normal(String target) {
    if (!target.startsWith("/")) {
      throw new EngineException(
          REFUSED, "invalid mount config: mount path must be absolute: " + target);
    }
    String path = Path.of(target).normalize().toString();
    if (path.equals("/")) {
      throw new EngineException(REFUSED, "invalid specification: destination can't be '/'");
    }
    return path;
  }

  /** The names of the anonymous volumes among some mounts. */
  static List<String> anonymous(Volumes volumes, List<Json.Obj> mounts) throws IOException {
    List<String> names = new ArrayList<>();
    for (Json.Obj mount : mounts) {
      Optional<Volumes.Volume> volume =
          mount.text("Name").isPresent()
              ? volumes.find(mount.text("Name").get())
              : Optional.empty();
      if (volume.isPresent() && volume.get().anonymous()) {
        names.add(volume.get().name());
      }
    }
    return names;
  }
}
