package dev.jbuild.engine.container;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.EngineException;
import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.layer.Layers;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Json;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.store.Atomic;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The containers of a store: a folder {@code containers/ID} each, and a file {@code
 * containers/name-NAME} that holds an id.
 */
public final class Containers {
  private static final int REFUSED = 125;
  private static final int ID_SIZE = 64;
  private static final String GONE = "gone-";

  /** Nobody takes longer to delete one folder after another. */
  private static final long MOST_MILLIS = 60_000;

  private static final String NAME = "name-";

  private final Store store;
  private final Layers layers;
  private final Path root;

  public Containers(Store store, Layers layers) {
    this.store = store;
    this.layers = layers;
    this.root = store.root().resolve("containers");
  }

  /** Their volumes. */
  public Volumes volumes() {
    return new Volumes(store.root());
  }

  /** Where events are appended, one JSON object a line. */
  public Path events() {
    return store.root().resolve("events");
  }

  /** All containers, the newest first. */
  public List<Container> all() throws IOException {
    List<Container> all = new ArrayList<>();
    for (String id : ids()) {
      read(id).ifPresent(all::add);
    }
    // made by hand: the library's comparators are spun at every start (docs/adr/0010)
    all.sort((a, b) -> b.created().compareTo(a.created()));
    return all;
  }

  /**
   * A container by its name, its id, or the beginning of its id.
   *
   * @throws EngineException when there is none, or more than one
   */
  public Container find(String text) throws IOException {
    Optional<Container> found = findIfPresent(text);
    if (found.isEmpty()) {
      throw new NoSuchContainerException(text);
    }
    return found.get();
  }

  /** The same; empty when there is none. */
  public Optional<Container> findIfPresent(String text) throws IOException {
    String name = text.startsWith("/") ? text.substring(1) : text;
    if (ContainerNames.isValid(name)) {
      Optional<Container> named = byName(name);
      if (named.isPresent()) {
        return named;
      }
    }
    if (!isHex(text)) {
      return Optional.empty();
    }
    List<String> ids = ids().stream().filter(id -> id.startsWith(text)).toList();
    if (ids.size() > 1) {
      throw new EngineException(1, "multiple IDs found with provided prefix: " + text);
    }
    return ids.isEmpty() ? Optional.empty() : read(ids.getFirst());
  }

  private Optional<Container> byName(String name) throws IOException {
    try {
      return read(Files.readString(root.resolve(NAME + name)).strip());
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private Optional<Container> read(String id) throws IOException {
    try {
      return Optional.of(Container.read(root.resolve(id)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (Files.exists(root.resolve(id).resolve(Container.CONFIG))) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.length() == ID_SIZE && isHex(name)) {
          ids.add(name);
        }
      }
    } catch (NoSuchFileException _) {
      // There never was one.
    }
    return ids;
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), 16) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /**
   * Makes a container that is not started.
   *
   * @throws EngineException when the name is taken or something that was asked for makes no sense
   */
  public Container create(ContainerSpec spec, LocalImage image) throws IOException {
    Limits.check(spec.hostConfig());
    byte[] random = new byte[ID_SIZE / 2];
    ThreadLocalRandom.current().nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    Path folder = root.resolve(id);
    Files.createDirectories(root);
    try (Lease lease = store.lease()) {
      lease.pin(image.layers().stream().map(l -> l.id().value()).toList());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      String name = claim(spec.name(), id);
      try {
        return write(id, name, spec, image);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(root.resolve(NAME + name));
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      Linux.deleteTree(folder);
      throw e;
    }
  }

  private Container write(String id, String name, ContainerSpec spec, LocalImage image)
      throws IOException {
    Path folder = root.resolve(id);
    List<String> refs = new ArrayList<>();
    image.layers().forEach(layer -> refs.add(layer.id().value()));
    refs.add(image.target().digest().toString());
    Files.write(folder.resolve("refs"), refs);
    Files.createDirectory(folder.resolve("upper"));
    Linux.chmod(folder.resolve("upper"), 0755);
    Files.createDirectory(folder.resolve("work"));
    Json.Obj plain = Definition.of(id, name, spec, image, List.of());
    List<Json.Obj> mounts =
        MountPoints.of(
            volumes(),
            new LayerStack(image.layers()),
            spec.hostConfig(),
            volumesFrom(spec.hostConfig()),
            plain.object("Config").object("Volumes").members().keySet());
    Json.Obj json = plain.with("Mounts", new Json.Arr(List.copyOf(mounts)));
    Atomic.write(store.root(), folder.resolve(Container.CONFIG), json.compact());
    Container made = new Container(id, folder, json);
    Events.append(events(), "create", made);
    return made;
  }

  private Map<Container, Boolean> volumesFrom(Json.Obj hostConfig) throws IOException {
    Map<Container, Boolean> from = new LinkedHashMap<>();
    for (String text : hostConfig.texts("VolumesFrom")) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      from.put(find(name), colon >= 0 && text.substring(colon + 1).equals("ro"));
    }
    return from;
  }

  /** Saves a changed definition. */
  public Container update(Container container, Json.Obj json) throws IOException {
    Atomic.write(store.root(), container.folder().resolve(Container.CONFIG), json.compact());
    return new Container(container.id(), container.folder(), json);
  }

  /** Gives it another name. */
  public Container rename(Container container, String name) throws IOException {
    if (name.equals(container.name())) {
      throw new EngineException(1, "Renaming a container with the same name as its current name");
    }
    String claimed = claim(Optional.of(name), container.id());
    Container renamed = update(container, container.json().with("Name", "/" + claimed));
    Files.deleteIfExists(root.resolve(NAME + container.name()));
    return renamed;
  }

  /** Its folder gets out of the way at once: who comes now finds nothing to take part in. */
  void delete(Container container) throws IOException {
    Path gone = root.resolve(GONE + container.id());
    Files.move(container.folder(), gone, StandardCopyOption.ATOMIC_MOVE);
    Linux.deleteTree(gone);
  }

  /** What a deletion that was killed has left. */
  void deleteRest() throws IOException {
    try (DirectoryStream<Path> rest = Files.newDirectoryStream(root, GONE + "*")) {
      for (Path one : rest) {
        if (System.currentTimeMillis() - Linux.lstat(one).mtimeSec() * 1000 > MOST_MILLIS) {
          Linux.deleteTree(one);
        }
      }
    } catch (NoSuchFileException _) {
      // Nothing is there, or somebody else is quicker.
    }
  }

  /** The file that holds a container's name. */
  Path nameFile(String name) {
    return root.resolve(NAME + name);
  }

  private String claim(Optional<String> wanted, String id) throws IOException {
    if (wanted.isPresent()) {
      String name = wanted.get().startsWith("/") ? wanted.get().substring(1) : wanted.get();
      if (!ContainerNames.isValid(name)) {
        throw new EngineException(
            REFUSED,
            "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
      }
      if (!take(name, id)) {
        throw new EngineException(
            REFUSED,
            "Conflict. The container name \"/"
                + name
                + "\" is already in use by container \""
                + Files.readString(root.resolve(NAME + name)).strip()
                + "\". You have to remove (or rename) that container to be able to reuse that name.");
      }
      return name;
    }
    for (int tries = 0; ; tries++) {
      String name = ContainerNames.random(tries);
      if (take(name, id)) {
        return name;
      }
    }
  }

  private boolean take(String name, String id) throws IOException {
    Path file = root.resolve(NAME + name);
    try {
      Files.writeString(file, id, StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException _) {
      String holder = Files.readString(file).strip();
      if (holder.isEmpty() || Files.isDirectory(root.resolve(holder))) {
        return false;
      }
      // A removal that was cut off took the container and not its name.
      Files.deleteIfExists(file);
      return take(name, id);
    }
  }

  /** The layers that it is made from, bottom to top, without its own. */
  public List<Layer> layers(Container container) throws IOException {
    List<Layer> found = new ArrayList<>();
    for (String line : Files.readAllLines(container.folder().resolve("refs"))) {
      if (line.indexOf(':') < 0) {
        found.add(
            layers
                .byId(new LayerId(line))
                .orElseThrow(() -> new IOException("layer " + line + " of the image has gone")));
      }
    }
    return found;
  }

  /** Its files as it would see them, without mounts. */
  public LayerStack files(Container container) throws IOException {
    List<Layer> all = new ArrayList<>(layers(container));
    all.add(own(container));
    return new LayerStack(all);
  }

  /** What it has changed itself, as a layer. */
  Layer own(Container container) {
    return new Layer(
        new LayerId(container.id().substring(0, 32)), container.folder().resolve("upper"));
  }

  Store store() {
    return store;
  }

  Layers allLayers() {
    return layers;
  }
}
