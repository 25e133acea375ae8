package dev.jbuild.engine.container;

import dev.jbuild.cache.Accounts;
import dev.jbuild.engine.EngineException;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.Capabilities;
import dev.jbuild.runtime.Command;
import dev.jbuild.runtime.EtcFiles;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Rlimit;
import dev.jbuild.runtime.RootFs;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.runtime.Seccomp;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From a container's definition to the sandbox that it runs in. */
final class SandboxOf {
  private static final int REFUSED = 125;
  private static final int STICKY = 01777;
  private static final String LINKED = "linked";

  private final Container container;
  private final Json.Obj hostConfig;
  private final List<Layer> layers;
  private final LayerStack files;
  private final Optional<Container> host;
  private @Nullable Accounts accounts;

  SandboxOf(Container container, List<Layer> layers, LayerStack files) {
    this(container, layers, files, Optional.empty());
  }

  /**
   * For one in another's network.
   *
   * @param host whose name and whose files about the network it shares
   */
  SandboxOf(Container container, List<Layer> layers, LayerStack files, Optional<Container> host) {
    this.host = host;
    this.container = container;
    this.hostConfig = container.hostConfig();
    this.layers = layers;
    this.files = files;
  }

  /** All of it; what is needed of the network stands in the setup. */
  Sandbox sandbox(Network network, NetworkSetup setup) throws IOException {
    makeWorkdir();
    return new Sandbox(
        new RootFs.Overlay(
            layers.stream().map(Layer::fs).toList(),
            container.folder().resolve("upper"),
            container.folder().resolve("work"),
            container.autoRemove()),
        mounts(network, setup),
        command(
            container.argv(), container.user(), container.tty(), container.config().texts("Env")),
        isolation().withNetwork(network).withHostname(hostname(shown(network, setup))));
  }

  /**
   * A program in it.
   *
   * @param user empty for root
   * @param own {@code NAME=value}, over all others
   */
  Command command(List<String> argv, String user, boolean tty, List<String> own)
      throws IOException {
    Accounts.Account account = account(user);
    // Its own group among the others, as Docker since CVE-2022-36109: a mode that denies the
    // group's members something denies it.
    List<Integer> groups = new ArrayList<>();
    groups.add(account.gid());
    account.groups().stream().filter(gid -> gid != account.gid()).forEach(groups::add);
    Accounts accounts = accounts();
    try {
      for (String group : hostConfig.texts("GroupAdd")) {
        groups.add(accounts.find("0:" + group).gid());
      }
    } catch (IllegalArgumentException e) {
      throw new EngineException(REFUSED, String.valueOf(e.getMessage()));
    }
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", "");
    env.put("HOSTNAME", host.orElse(container).config().text("Hostname").orElse(""));
    if (tty) {
      env.put("TERM", "xterm");
    }
    putAll(env, linked());
    putAll(env, own);
    env.putIfAbsent("HOME", account.home());
    List<String> list = new ArrayList<>();
    env.forEach((name, value) -> list.add(name + "=" + value));
    return new Command(argv, list, workdir(), account.uid(), account.gid(), groups);
  }

  private static void putAll(Map<String, String> env, List<String> entries) {
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        env.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
  }

  /** Keeps what a start knows of linked containers, for commands that come later. */
  static void keepLinked(Container container, List<String> variables) throws IOException {
    Path file = container.folder().resolve(LINKED);
    if (variables.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      Files.write(file, String.join("\0", variables).getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<String> linked() throws IOException {
    if (hostConfig.texts("Links").isEmpty()) {
      return List.of();
    }
    Path file = container.folder().resolve(LINKED);
    return Files.exists(file) ? List.of(Files.readString(file).split("\0", -1)) : List.of();
  }

  private Accounts accounts() throws IOException {
    Accounts known = accounts;
    if (known == null) {
      known = Accounts.of(files);
      accounts = known;
    }
    return known;
  }

  private Accounts.Account account(String user) throws IOException {
    try {
      return accounts().find(user);
    } catch (IllegalArgumentException e) {
      throw new EngineException(REFUSED, String.valueOf(e.getMessage()));
    }
  }

  String workdir() {
    return container.config().text("WorkingDir").filter(w -> !w.isEmpty()).orElse("/");
  }

  /** A network that the supervisor makes is none of the host's. */
  private static Network shown(Network network, NetworkSetup setup) {
    return setup.plan().isPresent() ? new Network.None() : network;
  }

  private String hostname(Network network) throws IOException {
    String own = host.orElse(container).config().text("Hostname").orElse("");
    boolean given = !host.orElse(container).id().startsWith(own) || own.isEmpty();
    if (network instanceof Network.Host && !given
        || hostConfig.text("UTSMode").orElse("").equals("host")) {
      Path name = Path.of("/proc/sys/kernel/hostname");
      return Files.isReadable(name) ? Files.readString(name).strip() : own;
    }
    return own;
  }

  /** Docker makes a missing one; the image's own attributes stay where it exists. */
  private void makeWorkdir() throws IOException {
    Optional<LayerStack.Node> there = files.find(workdir());
    if (there.isPresent() && !there.get().stat().isDirectory()) {
      throw new EngineException(REFUSED, "Cannot mkdir: " + workdir() + " is not a directory");
    }
    if (there.isEmpty()) {
      String landing = files.resolve(workdir());
      Files.createDirectories(container.folder().resolve("upper").resolve(landing.substring(1)));
    }
  }

  Isolation isolation() {
    Isolation isolation =
        Isolation.docker()
            .withPrivileged(hostConfig.flag("Privileged"))
            .withReadOnlyRoot(hostConfig.flag("ReadonlyRootfs"))
            .withInit(hostConfig.flag("Init"));
    try {
      isolation =
          isolation
              .withCapabilities(
                  Capabilities.adjust(
                      isolation.capabilities(),
                      hostConfig.texts("CapAdd"),
                      hostConfig.texts("CapDrop")))
              .withRlimits(hostConfig.objects("Ulimits").stream().map(SandboxOf::limit).toList());
    } catch (IllegalArgumentException e) {
      throw new EngineException(REFUSED, String.valueOf(e.getMessage()));
    }
    long shm = hostConfig.number("ShmSize").orElse(0L);
    isolation = shm > 0 ? isolation.withShmSize(shm) : isolation;
    for (String option : hostConfig.texts("SecurityOpt")) {
      isolation = secured(isolation, option.replace(':', '='));
    }
    return isolation;
  }

  private static Rlimit limit(Json.Obj json) {
    return new Rlimit(
        json.text("Name").orElse(""),
        json.number("Soft").orElse(0L),
        json.number("Hard").orElse(0L));
  }

  private static Isolation secured(Isolation isolation, String option) {
    return switch (option) {
      case "no-new-privileges", "no-new-privileges=true" -> isolation.withNoNewPrivileges(true);
      case "seccomp=unconfined" -> isolation.withSeccomp(new Seccomp.Unconfined());
      default -> isolation;
    };
  }

  private List<SandboxMount> mounts(Network network, NetworkSetup setup) throws IOException {
    List<SandboxMount> own = new ArrayList<>();
    MountSources sources = new MountSources(account(container.user()));
    for (Json.Obj mount : container.mounts()) {
      own.add(mount(mount, sources));
    }
    for (var tmpfs : hostConfig.textMap("Tmpfs").entrySet()) {
      own.add(tmpfs(tmpfs.getKey(), tmpfs.getValue()));
    }
    for (Json.Obj device : hostConfig.objects("Devices")) {
      String path = device.text("PathInContainer").orElse("");
      own.add(new SandboxMount.Bind(Path.of(device.text("PathOnHost").orElse("")), path, false));
    }
    List<SandboxMount> all = new ArrayList<>();
    for (SandboxMount file : etc(network, setup).mounts(false)) {
      if (own.stream().noneMatch(mount -> mount.target().equals(file.target()))) {
        all.add(file);
      }
    }
    all.addAll(own);
    return all;
  }

  private EtcFiles etc(Network network, NetworkSetup setup) throws IOException {
    if (host.isPresent()) {
      EtcFiles shared = EtcFiles.in(host.get().folder().resolve("etc"));
      if (Files.exists(shared.hosts())) {
        return shared;
      }
    }
    boolean joined = network instanceof Network.Namespace;
    List<String> extra = new ArrayList<>(hostConfig.texts("ExtraHosts"));
    extra.removeIf(line -> setup.plan().isPresent() && line.endsWith(":host-gateway"));
    EtcFiles etc =
        EtcFiles.write(
            container.folder().resolve("etc"),
            joined ? new Network.None() : shown(network, setup),
            hostname(shown(network, setup)),
            extra);
    if (setup.resolvConf().isPresent()) {
      Files.writeString(etc.resolvConf(), setup.resolvConf().get());
    }
    if (!setup.hosts().isEmpty()) {
      Files.writeString(
          etc.hosts(), Files.readString(etc.hosts()) + String.join("\n", setup.hosts()) + "\n");
    }
    return etc;
  }

  private static SandboxMount mount(Json.Obj mount, MountSources sources) throws IOException {
    String target = mount.text("Destination").orElse("");
    if (mount.text("Type").orElse("").equals("tmpfs")) {
      return new SandboxMount.Tmpfs(
          target,
          mount.number("SizeBytes").orElse(0L),
          mount.number("TmpfsMode").orElse((long) STICKY).intValue());
    }
    Optional<String> volume = mount.text("Tmpfs");
    if (volume.isPresent()) {
      String access = mount.flag("RW") ? "exec" : "exec,ro";
      return tmpfs(target, volume.get().isEmpty() ? access : access + "," + volume.get());
    }
    return sources.bind(mount);
  }

  /** Docker's are noexec unless they say exec; the last word counts. */
  private static SandboxMount tmpfs(String target, String text) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("mode", Integer.toOctalString(STICKY));
    Set<String> flags = new HashSet<>(Set.of("noexec"));
    for (String option : text.isEmpty() ? new String[0] : text.split(",")) {
      int equals = option.indexOf('=');
      String value = option.substring(equals + 1);
      String name = equals < 0 ? option : option.substring(0, equals);
      switch (name) {
        case "size" -> options.put(name, Long.toString(bytes(value).orElse(0L)));
        case "mode", "uid", "gid", "nr_inodes" -> options.put(name, value);
        case "ro", "noexec", "suid", "dev" -> flags.add(name);
        case "rw" -> flags.remove("ro");
        case "exec" -> flags.remove("noexec");
        case "nosuid", "nodev" -> flags.remove(name.substring(2));
        default -> throw new EngineException(REFUSED, "invalid tmpfs option \"" + option + "\"");
      }
    }
    List<String> words = new ArrayList<>();
    options.forEach((name, value) -> words.add(name + "=" + value));
    return new SandboxMount.Tmpfs(target, String.join(",", words), flags);
  }

  /** E.g. {@code 10m}, {@code 64k}, {@code 1g}: binary, as Docker takes sizes of memory. */
  static Optional<Long> bytes(String text) {
    String digits = text.toLowerCase(java.util.Locale.ROOT);
    digits = digits.endsWith("b") ? digits.substring(0, digits.length() - 1) : digits;
    int shift =
        digits.endsWith("k") ? 10 : digits.endsWith("m") ? 20 : digits.endsWith("g") ? 30 : 0;
    digits = shift > 0 ? digits.substring(0, digits.length() - 1) : digits;
    try {
      return Optional.of(Long.parseLong(digits.strip()) << shift);
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
