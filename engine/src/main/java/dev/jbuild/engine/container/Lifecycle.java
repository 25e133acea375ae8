package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import dev.jbuild.layer.Layer;
import dev.jbuild.oci.Json;
import dev.jbuild.runtime.Beside;
import dev.jbuild.runtime.Command;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.runtime.Supervision;
import dev.jbuild.runtime.Supervisor;
import dev.jbuild.session.UserSession;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** Starts, stops and removes containers. */
public final class Lifecycle {
  private static final int REFUSED = 125;
  private static final int SIGKILL = 9;

  private final Containers containers;
  private final ContainerNetworks networks;
  private final Supervisor supervisor;
  private final Consumer<String> warnings;

  /**
   * The life of containers.
   *
   * @param warnings is told what was asked for and can't be had
   */
  public Lifecycle(
      Containers containers,
      ContainerNetworks networks,
      Supervisor supervisor,
      Consumer<String> warnings) {
    this.containers = containers;
    this.networks = networks;
    this.supervisor = supervisor;
    this.warnings = warnings;
  }

  /**
   * Starts a container; one that runs goes on.
   *
   * @return 0, or 125 to 127, after a line on stderr, when it could not be started
   */
  public int start(Container container) throws IOException, InterruptedException {
    return container.state().supervised() ? 0 : supervisor.start(prepared(container));
  }

  /** The same for the last thing that this process does: it prints a line when it has started. */
  public int start(Container container, String line) throws IOException, InterruptedException {
    return supervisor.start(prepared(container), line);
  }

  /**
   * Starts a container, or finds it running, and sits down in front of it: the last thing that this
   * process does.
   *
   * @return the code of the program; 125 to 127, after a line on stderr, when it could not be
   *     started
   */
  public int start(Container container, Supervisor.Seat seat)
      throws IOException, InterruptedException {
    return container.state().supervised()
        ? supervisor.attach(container.folder(), seat)
        : supervisor.start(prepared(container), seat);
  }

  private Supervisor.Start prepared(Container container) throws IOException {
    NetworkSetup setup = NetworkSetup.none();
    Network network = network(container);
    if (usesNetworks(container)) {
      networks.release(container.id());
      if (System.getenv(UserSession.VARIABLE) != null) {
        UserSession.uplinkMissing().ifPresent(warnings);
      }
      setup = networks.attach(networkRequest(container));
      network = setup.plan().isPresent() ? new Network.Host() : new Network.None();
    }
    List<String> linked = new ArrayList<>();
    for (NetworkSetup.Linked link : setup.links()) {
      linked.addAll(LinkVariables.of(link, container.name(), containers.find(link.container())));
    }
    SandboxOf.keepLinked(container, linked);
    ExecOptions.forget(container);
    Cgroups cgroups = Cgroups.ofMachine();
    List<Layer> layers = containers.layers(container);
    Sandbox sandbox =
        new SandboxOf(container, layers, containers.files(container), networkHost(container))
            .sandbox(network, setup);
    List<Path> groups = cgroups.create(container.id(), container.hostConfig());
    cgroups.warnings().forEach(warnings);
    return new Supervisor.Start(
        container.folder(), sandbox, supervision(container, setup, groups), container.openStdin());
  }

  private boolean usesNetworks(Container container) {
    String mode = container.networkMode().orElse("default");
    return !mode.equals("host")
        && !mode.equals("none")
        && !mode.startsWith("container:")
        && !(mode.equals("default") && networks instanceof ContainerNetworks.None);
  }

  private Network network(Container container) throws IOException {
    String mode = container.networkMode().orElse("default");
    if (mode.startsWith("container:")) {
      return new Network.Namespace(Path.of("/proc", Long.toString(runningPid(mode)), "ns", "net"));
    }
    return mode.equals("none") ? new Network.None() : new Network.Host();
  }

  /** Whose network it is in. */
  private Optional<Container> networkHost(Container container) throws IOException {
    String mode = container.networkMode().orElse("default");
    return mode.startsWith("container:")
        ? Optional.of(containers.find(mode.substring("container:".length())))
        : Optional.empty();
  }

  private long runningPid(String mode) throws IOException {
    Container other = containers.find(mode.substring("container:".length()));
    ContainerState state = other.state();
    if (!state.running()) {
      throw new EngineException(
          REFUSED, "cannot join namespace of a non running container: " + other.id());
    }
    return state.pid();
  }

  /** What it wants of networks. */
  public static NetworkRequest networkRequest(Container container) {
    return new NetworkRequest(
        container.id(),
        container.name(),
        container.config().text("Hostname").orElse(container.shortId()),
        container.folder(),
        container.hostConfig(),
        container.json().object("NetworkingConfig").object("EndpointsConfig"),
        new java.util.TreeSet<>(container.config().object("ExposedPorts").members().keySet()));
  }

  private Supervision supervision(Container container, NetworkSetup setup, List<Path> cgroups)
      throws IOException {
    Map<String, String> joins = new LinkedHashMap<>();
    for (String[] kind :
        new String[][] {{"ipc", "IpcMode"}, {"uts", "UTSMode"}, {"pid", "PidMode"}}) {
      String mode = container.hostConfig().text(kind[1]).orElse("");
      if (mode.equals("host")) {
        joins.put(kind[0], "");
      } else if (mode.startsWith("container:")) {
        joins.put(kind[0], "/proc/" + runningPid(mode) + "/ns/" + kind[0]);
      }
    }
    if (container.hostConfig().text("CgroupnsMode").orElse("").equals("host")) {
      joins.put("cgr", "");
    }
    List<Path> volumes = new ArrayList<>();
    if (container.autoRemove()) {
      for (String name : MountPoints.anonymous(containers.volumes(), container.mounts())) {
        volumes.add(containers.volumes().folder(name));
      }
    }
    SequencedMap<String, String> options = SupervisorOptions.of(container);
    options.put("events", containers.events().toString());
    options.put("name-file", containers.nameFile(container.name()).toString());
    setup.plan().ifPresent(plan -> options.put("net", plan.toString()));
    SupervisorOptions.uses(container, setup, options);
    container
        .hostConfig()
        .number("OomScoreAdj")
        .ifPresent(adj -> options.put("oom-score-adj", Long.toString(adj)));
    return new Supervision(
        options,
        volumes,
        SupervisorOptions.healthCommand(container),
        cgroups,
        joins,
        settings(container));
  }

  /** Those that were asked for, and the one that a flag of its own sets. */
  private static Map<String, String> settings(Container container) {
    Map<String, String> settings = new LinkedHashMap<>(container.hostConfig().textMap("Sysctls"));
    String domain = container.config().text("Domainname").orElse("");
    if (!domain.isEmpty() && container.hostConfig().text("UTSMode").orElse("").isEmpty()) {
      settings.put("kernel.domainname", domain);
    }
    return settings;
  }

  /** Sits down in front of a container that runs. */
  public int attach(Container container, Supervisor.Seat seat)
      throws IOException, InterruptedException {
    running(container, "You cannot attach to a stopped container, start it first");
    event("attach", container);
    return supervisor.attach(container.folder(), seat);
  }

  /**
   * What to run beside a container's program.
   *
   * @param environment over the container's own
   */
  public record ExecRequest(
      List<String> argv,
      List<String> environment,
      Optional<String> user,
      Optional<String> workingDirectory,
      boolean privileged,
      Supervisor.ExecMode mode) {
    /** Whether all but its words comes from the container. */
    boolean plain() {
      return environment.isEmpty() && user.isEmpty() && workingDirectory.isEmpty() && !privileged;
    }
  }

  /** Runs one more command in it; its exit code. */
  public int exec(Container container, ExecRequest request)
      throws IOException, InterruptedException {
    ContainerState state = running(container, "container " + container.id() + " is not running");
    if (state.status().equals("paused")) {
      throw new EngineException(
          1, "Container " + container.name() + " is paused, unpause the container before exec");
    }
    LayerStack files = containers.files(container);
    SandboxOf sandbox = new SandboxOf(container, containers.layers(container), files);
    List<String> environment = new ArrayList<>(container.config().texts("Env"));
    environment.addAll(request.environment());
    Command command =
        sandbox.command(
            request.argv(),
            request.user().orElse(container.user()),
            request.mode().tty(),
            environment);
    String workdir = request.workingDirectory().orElse(command.cwd());
    Command placed =
        new Command(
            command.argv(), command.env(), workdir, command.uid(), command.gid(), command.groups());
    boolean privileged = request.privileged() || sandbox.isolation().privileged();
    return supervisor.exec(
        container.folder(),
        new Beside(
            placed,
            sandbox.isolation().withPrivileged(privileged).withInit(false),
            Cgroups.ofMachine().of(container.id()),
            new ExecOptions(container, files, supervisor.binary())
                .of(containers.events(), request.plain()),
            request.mode()));
  }

  private static ContainerState running(Container container, String otherwise) throws IOException {
    ContainerState state = container.state();
    if (!state.running()) {
      throw new EngineException(1, otherwise);
    }
    return state;
  }

  /** Stops a container and waits for that; one that does not run stays as it is. */
  public void stop(Container container, Optional<String> signal, Optional<Long> seconds)
      throws IOException, InterruptedException {
    if (!container.state().supervised()) {
      return;
    }
    int number = signal.isPresent() ? Signals.number(signal.get()) : container.stopSignal();
    long timeout = seconds.orElse(container.stopTimeout());
    String millis = Long.toString(timeout < 0 ? -1 : Math.min(timeout, 1_000_000) * 1000);
    checked(
        container,
        supervisor.control(container.folder(), "stop", Integer.toString(number), millis));
    event("stop", container);
  }

  /** Stops it if it runs, and starts it again. */
  public void restart(Container container, Optional<String> signal, Optional<Long> seconds)
      throws IOException, InterruptedException {
    stop(container, signal, seconds);
    if (start(container) == 0) {
      event("restart", container);
    } else {
      throw new EngineException(1, "Cannot restart container " + container.name());
    }
  }

  /** Not for one that has gone with its end. */
  private void event(String action, Container container) throws IOException {
    if (Files.isDirectory(container.folder())) {
      Events.append(containers.events(), action, container);
    }
  }

  /** Sends a signal. */
  public void kill(Container container, String signal) throws IOException, InterruptedException {
    int number = Signals.number(signal);
    ContainerState state = container.state();
    if (!state.supervised()) {
      throw new EngineException(1, "container " + container.id() + " is not running");
    }
    checked(container, supervisor.control(container.folder(), "signal", Integer.toString(number)));
  }

  /** {@code pause} or {@code unpause}. */
  public void freeze(Container container, String request) throws IOException, InterruptedException {
    running(container, "Container " + container.id() + " is not running");
    checked(container, supervisor.control(container.folder(), request));
  }

  /** Waits for the end; the exit code. */
  public int await(Container container) throws IOException, InterruptedException {
    if (container.state().supervised()) {
      Supervisor.Answer answer = supervisor.control(container.folder(), "wait");
      if (answer.code() == 0 && !answer.out().isEmpty()) {
        return Integer.parseInt(answer.out());
      }
    }
    return Files.exists(container.folder().resolve(Container.CONFIG))
        ? container.state().exitCode()
        : 0;
  }

  /** Tells a supervisor of a setting that has changed. */
  public void tell(Container container, String name, String value)
      throws IOException, InterruptedException {
    if (container.state().supervised()) {
      supervisor.control(container.folder(), "option", name + "=" + value);
    }
  }

  /** Changes its name, also for a supervisor that will remove it. */
  public void rename(Container container, String name) throws IOException, InterruptedException {
    Container renamed = containers.rename(container, name);
    networks.renamed(container.id(), container.name(), renamed.name());
    tell(renamed, "name-file", containers.nameFile(renamed.name()).toString());
    tell(renamed, "actor", SupervisorOptions.actor(renamed));
    Events.append(
        containers.events(), "rename", renamed, Map.of("oldName", "/" + container.name()));
  }

  /** Changes limits and the restart policy. */
  public void update(Container container, Json.Obj changes)
      throws IOException, InterruptedException {
    Json.Obj hostConfig = container.hostConfig();
    Limits.checkUpdate(hostConfig, changes);
    for (var change : changes.members().entrySet()) {
      hostConfig = hostConfig.with(change.getKey(), change.getValue());
    }
    Limits.check(hostConfig);
    Container updated =
        containers.update(container, container.json().with("HostConfig", hostConfig));
    event("update", updated);
    if (updated.state().supervised()) {
      Cgroups cgroups = Cgroups.ofMachine();
      for (Path fresh : cgroups.update(container.id(), hostConfig, Processes.of(updated.state()))) {
        tell(updated, "cgroup", fresh.toString());
      }
      cgroups.warnings().forEach(warnings);
      tell(updated, "restart", hostConfig.object("RestartPolicy").text("Name").orElse("no"));
      tell(
          updated,
          "restart-max",
          hostConfig.object("RestartPolicy").number("MaximumRetryCount").orElse(0L).toString());
    }
  }

  private void checked(Container container, Supervisor.Answer answer) throws IOException {
    // A supervisor that ends meanwhile has done what was asked.
    if (answer.code() != 0 && !answer.err().isEmpty() && container.state().supervised()) {
      throw new EngineException(1, "Container " + container.id() + " " + answer.err());
    }
  }

  /**
   * Removes a container.
   *
   * @param force even if it runs
   * @param volumes its anonymous volumes, too
   */
  public void remove(Container container, boolean force, boolean volumes)
      throws IOException, InterruptedException {
    ContainerState state = container.state();
    if (state.supervised()) {
      if (!force) {
        throw new EngineException(
            1,
            "cannot remove container \"%s\": container is %s: %s"
                .formatted(
                    container.name(),
                    state.status(),
                    state.status().equals("paused")
                        ? "unpause the container and then remove, or force remove"
                        : "stop the container before removing or force remove"));
      }
      supervisor.control(container.folder(), "stop", Integer.toString(SIGKILL), "0");
      if (!Files.exists(container.folder().resolve(Container.CONFIG))) {
        return;
      }
    }
    List<String> anonymous =
        volumes ? MountPoints.anonymous(containers.volumes(), container.mounts()) : List.of();
    Optional<SupervisorLock> lock = awaitLock(container);
    if (lock.isEmpty()) {
      throw new EngineException(
          1, "removal of container " + container.name() + " is already in progress");
    }
    try (SupervisorLock _ = lock.get()) {
      if (!Files.deleteIfExists(container.folder().resolve(Container.CONFIG))) {
        // Somebody else did, while we waited.
        throw new NoSuchContainerException(container.name());
      }
      networks.release(container.id());
      Cgroups.ofMachine().remove(container.id());
      Files.deleteIfExists(containers.nameFile(container.name()));
      containers.delete(container);
    }
    Events.append(containers.events(), "destroy", container);
    for (String name : anonymous) {
      containers.volumes().remove(name);
    }
  }

  /** A supervisor that has said the end of its container is about to go. */
  private static Optional<SupervisorLock> awaitLock(Container container)
      throws IOException, InterruptedException {
    for (int tries = 0; tries < 100; tries++) {
      if (!Files.isDirectory(container.folder())) {
        throw new NoSuchContainerException(container.name());
      }
      try {
        Optional<SupervisorLock> lock = SupervisorLock.take(container.folder());
        if (lock.isPresent()) {
          return lock;
        }
      } catch (NoSuchFileException _) {
        throw new NoSuchContainerException(container.name());
      }
    }
    return Optional.empty();
  }

  /** Removes what was to be removed at its end and was not: its supervisor was killed. */
  public void sweep() throws IOException, InterruptedException {
    containers.deleteRest();
    for (Container container : containers.all()) {
      if (container.autoRemove() && container.state().status().equals("exited")) {
        try {
          remove(container, false, true);
        } catch (EngineException _) {
          // Its supervisor is doing it.
        }
      }
    }
  }
}
