package dev.jbuild.engine.network;

import dev.jbuild.engine.EngineException;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.store.Atomic;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The networks that there are, a folder each. Three are always there: {@code bridge}, whose folder
 * is made when it is first used, {@code host} and {@code none}.
 */
final class NetworkStore {
  static final String BRIDGE = "bridge";
  private static final String CONFIG = "network.json";
  private static final int ID_LENGTH = 64;

  private final Path root;
  private final Path folder;

  NetworkStore(Path root) {
    this.root = root;
    this.folder = root.resolve("networks");
  }

  Path folder(String id) {
    return folder.resolve(id);
  }

  Path live(String container) {
    return folder.resolve("live").resolve(container);
  }

  Path root() {
    return root;
  }

  /** Against others who make, change or remove networks. */
  AutoCloseable lock() throws IOException {
    Files.createDirectories(folder.resolve("live"));
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.lock();
    return channel;
  }

  /** Another name of a container, in the files by which its neighbours find it. */
  void rename(String container, String before, String after) throws IOException {
    for (Path network : folders()) {
      Path file = network.resolve("endpoints").resolve(container);
      if (!Files.exists(file)) {
        continue;
      }
      try (FileChannel channel =
          FileChannel.open(
              network.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock();
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
          boolean own = line.equals("called\t" + before) || line.equals("name\t" + before);
          text.append(own ? line.substring(0, line.indexOf('\t') + 1) + after : line).append('\n');
        }
        Path whole = network.resolve("endpoints").resolve(".new");
        Files.writeString(whole, text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException _) {
        // It has left the network meanwhile.
      }
    }
  }

  /** All of them, by name. */
  List<NetworkConfig> list() throws IOException {
    List<NetworkConfig> all = new ArrayList<>(made());
    if (all.stream().noneMatch(n -> n.name().equals(BRIDGE))) {
      all.add(bridge());
    }
    all.add(fixed("host", "host"));
    all.add(fixed("none", "null"));
    all.sort(Comparator.comparing(NetworkConfig::name));
    return all;
  }

  private List<NetworkConfig> made() throws IOException {
    List<NetworkConfig> all = new ArrayList<>();
    for (Path entry : folders()) {
      read(entry).ifPresent(all::add);
    }
    return all;
  }

  /** Those of the networks that have been used or made. */
  List<Path> folders() throws IOException {
    List<Path> all = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return all;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (String.valueOf(entry.getFileName()).length() == ID_LENGTH) {
          all.add(entry);
        }
      }
    }
    return all;
  }

  private static Optional<NetworkConfig> read(Path entry) throws IOException {
    try {
      return Optional.of(
          NetworkConfig.fromFile(Json.parseObject(Files.readAllBytes(entry.resolve(CONFIG)))));
    } catch (NoSuchFileException _) {
      // Being made, or being removed.
      return Optional.empty();
    }
  }

  /** A network by name, id, or the beginning of its id. */
  Optional<NetworkConfig> find(String text) throws IOException {
    if (text.equals(BRIDGE)) {
      Optional<NetworkConfig> kept = read(folder(bridgeId()));
      return kept.isPresent() ? kept : Optional.of(bridge());
    }
    List<NetworkConfig> all = list();
    for (NetworkConfig each : all) {
      if (each.name().equals(text)) {
        return Optional.of(each);
      }
    }
    List<NetworkConfig> found =
        text.isEmpty() ? List.of() : all.stream().filter(n -> n.id().startsWith(text)).toList();
    if (found.size() > 1) {
      throw new EngineException(
          1, "network " + text + " is ambiguous (" + found.size() + " matches found on ID prefix)");
    }
    return found.stream().findFirst();
  }

  NetworkConfig get(String text) throws IOException {
    return find(text).orElseThrow(() -> notFound(text));
  }

  static EngineException notFound(String text) {
    return new EngineException(1, "network " + text + " not found");
  }

  static String newId() {
    byte[] random = new byte[32];
    ThreadLocalRandom.current().nextBytes(random);
    return java.util.HexFormat.of().formatHex(random);
  }

  /** Called with the lock. */
  void write(NetworkConfig network) throws IOException {
    Path entry = folder(network.id());
    Files.createDirectories(root.resolve("tmp"));
    Files.createDirectories(entry.resolve("endpoints"));
    Atomic.write(
        root, entry.resolve(CONFIG), network.toFile().pretty(2).getBytes(StandardCharsets.UTF_8));
  }

  /** Called with the lock. */
  void remove(NetworkConfig network) throws IOException {
    // From here on it is not found any more.
    Files.deleteIfExists(folder(network.id()).resolve(CONFIG));
    Linux.deleteTree(folder(network.id()));
  }

  /** The subnets of all networks but one. */
  List<Subnet> subnets(String but) throws IOException {
    List<Subnet> taken = new ArrayList<>();
    for (NetworkConfig each : made()) {
      if (!each.id().equals(but)) {
        each.addresses().ifPresent(a -> taken.add(a.subnet()));
      }
    }
    return taken;
  }

  private String bridgeId() {
    return idOf(BRIDGE);
  }

  private String idOf(String name) {
    return Digest.sha256("jbuild network " + name + " " + root).hex();
  }

  /** The usual bridge as it will be: its subnet is chosen when it is first used. */
  private NetworkConfig bridge() {
    String id = bridgeId();
    String device =
        root.equals(Path.of("/var/lib/jbuild")) ? "jbuild0" : "jb-" + id.substring(0, 12);
    return new NetworkConfig(
        id,
        BRIDGE,
        created(),
        "bridge",
        Optional.empty(),
        false,
        false,
        NetworkConfig.defaultBridgeOptions(device),
        new LinkedHashMap<>());
  }

  private NetworkConfig fixed(String name, String driver) {
    return new NetworkConfig(
        idOf(name),
        name,
        created(),
        driver,
        Optional.empty(),
        false,
        false,
        new LinkedHashMap<>(),
        new LinkedHashMap<>());
  }

  private String created() {
    try {
      return Files.getLastModifiedTime(root).toInstant().toString();
    } catch (IOException _) {
      return Instant.EPOCH.toString();
    }
  }

  /** Who is in a network, whether its helper lives or not. */
  List<Endpoint> endpoints(NetworkConfig network) throws IOException {
    List<Endpoint> all = new ArrayList<>();
    Path entries = folder(network.id()).resolve("endpoints");
    if (!Files.isDirectory(entries)) {
      return all;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(entries)) {
      for (Path file : files) {
        if (!String.valueOf(file.getFileName()).startsWith(".")) {
          Endpoint.read(file).ifPresent(all::add);
        }
      }
    }
    return all;
  }

  /** Whether the helper of a container lives. */
  boolean isLive(String container) throws IOException {
    try (FileChannel channel = FileChannel.open(live(container), StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (NoSuchFileException _) {
      return false;
    }
  }
}
