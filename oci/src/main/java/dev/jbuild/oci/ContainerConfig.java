package dev.jbuild.oci;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How to run an image (image-spec, config.md, config; and Docker's additions to it).
 *
 * @param env {@code NAME=value}, in order, each name once
 * @param cmd absent where it was never set, or was reset
 * @param shell absent for the default, {@code ["/bin/sh", "-c"]}
 */
public record ContainerConfig(
    String user,
    SortedSet<String> exposedPorts,
    List<String> env,
    Optional<List<String>> entrypoint,
    Optional<List<String>> cmd,
    Optional<Healthcheck> healthcheck,
    boolean argsEscaped,
    SortedSet<String> volumes,
    String workingDir,
    List<String> onBuild,
    Map<String, String> labels,
    Optional<String> stopSignal,
    Optional<List<String>> shell) {

  /** The config of {@code FROM scratch}: nothing set. */
  public static final ContainerConfig EMPTY =
      new ContainerConfig(
          "",
          new TreeSet<>(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          new TreeSet<>(),
          "",
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty());

  public ContainerConfig {
    exposedPorts = Collections.unmodifiableSortedSet(new TreeSet<>(exposedPorts));
    env = List.copyOf(env);
    entrypoint = entrypoint.map(List::copyOf);
    cmd = cmd.map(List::copyOf);
    volumes = Collections.unmodifiableSortedSet(new TreeSet<>(volumes));
    onBuild = List.copyOf(onBuild);
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    shell = shell.map(List::copyOf);
  }

  /** The environment by name, in order. */
  public SequencedMap<String, String> envMap() {
    SequencedMap<String, String> map = new LinkedHashMap<>();
    for (String entry : env) {
      int equals = entry.indexOf('=');
      map.put(
          equals < 0 ? entry : entry.substring(0, equals),
          equals < 0 ? "" : entry.substring(equals + 1));
    }
    return map;
  }

  /** Sets one variable; one that exists keeps its place. */
  public ContainerConfig withEnv(String name, String value) {
    SequencedMap<String, String> map = envMap();
    map.put(name, value);
    List<String> entries = new ArrayList<>();
    map.forEach((n, v) -> entries.add(n + "=" + v));
    return edit(f -> f.env = entries);
  }

  public ContainerConfig withUser(String value) {
    return edit(f -> f.user = value);
  }

  public ContainerConfig withExposedPort(String port) {
    return edit(f -> f.exposedPorts = plus(exposedPorts, port));
  }

  public ContainerConfig withEntrypoint(Optional<List<String>> value) {
    return edit(f -> f.entrypoint = value);
  }

  public ContainerConfig withCmd(Optional<List<String>> value) {
    return edit(f -> f.cmd = value);
  }

  public ContainerConfig withHealthcheck(Healthcheck value) {
    return edit(f -> f.healthcheck = Optional.of(value));
  }

  public ContainerConfig withArgsEscaped(boolean value) {
    return edit(f -> f.argsEscaped = value);
  }

  public ContainerConfig withVolume(String path) {
    return edit(f -> f.volumes = plus(volumes, path));
  }

  public ContainerConfig withWorkingDir(String path) {
    return edit(f -> f.workingDir = path);
  }

  public ContainerConfig withOnBuild(List<String> triggers) {
    return edit(f -> f.onBuild = triggers);
  }

  /** Adds or replaces a label. */
  public ContainerConfig withLabel(String name, String value) {
    Map<String, String> copy = new LinkedHashMap<>(labels);
    copy.put(name, value);
    return edit(f -> f.labels = copy);
  }

  public ContainerConfig withStopSignal(String signal) {
    return edit(f -> f.stopSignal = Optional.of(signal));
  }

  public ContainerConfig withShell(List<String> words) {
    return edit(f -> f.shell = Optional.of(words));
  }

  /** In the field order of Docker's own config, which tools print as it comes. */
  public Json.Obj toJson() {
    Json.Obj json = Json.obj();
    json = user.isEmpty() ? json : json.with("User", user);
    json = exposedPorts.isEmpty() ? json : json.with("ExposedPorts", emptyObjects(exposedPorts));
    json = env.isEmpty() ? json : json.with("Env", Json.texts(env));
    json = withTexts(json, "Entrypoint", entrypoint);
    json = withTexts(json, "Cmd", cmd);
    json = healthcheck.isEmpty() ? json : json.with("Healthcheck", healthcheck.get().toJson());
    json = argsEscaped ? json.with("ArgsEscaped", true) : json;
    json = volumes.isEmpty() ? json : json.with("Volumes", emptyObjects(volumes));
    json = workingDir.isEmpty() ? json : json.with("WorkingDir", workingDir);
    json = onBuild.isEmpty() ? json : json.with("OnBuild", Json.texts(onBuild));
    json = labels.isEmpty() ? json : json.with("Labels", Json.textMap(labels));
    json = json.withOptional("StopSignal", stopSignal);
    return withTexts(json, "Shell", shell);
  }

  /** Reads a config; fields that are missing or of another type count as unset. */
  public static ContainerConfig fromJson(Json.Obj json) {
    return new ContainerConfig(
        json.text("User").orElse(""),
        new TreeSet<>(json.object("ExposedPorts").members().keySet()),
        json.texts("Env"),
        optionalTexts(json, "Entrypoint"),
        optionalTexts(json, "Cmd"),
        json.get("Healthcheck").map(_ -> Healthcheck.fromJson(json.object("Healthcheck"))),
        json.flag("ArgsEscaped"),
        new TreeSet<>(json.object("Volumes").members().keySet()),
        json.text("WorkingDir").orElse(""),
        json.texts("OnBuild"),
        json.textMap("Labels"),
        json.text("StopSignal").filter(s -> !s.isEmpty()),
        optionalTexts(json, "Shell"));
  }

  private static Optional<List<String>> optionalTexts(Json.Obj json, String name) {
    return json.get(name).map(_ -> json.texts(name));
  }

  private static Json.Obj withTexts(Json.Obj json, String name, Optional<List<String>> texts) {
    return texts.isEmpty() ? json : json.with(name, Json.texts(texts.get()));
  }

  private static Json.Obj emptyObjects(SortedSet<String> names) {
    Json.Obj json = Json.obj();
    for (String name : names) {
      json = json.with(name, Json.obj());
    }
    return json;
  }

  private static SortedSet<String> plus(SortedSet<String> set, String element) {
    SortedSet<String> copy = new TreeSet<>(set);
    copy.add(element);
    return copy;
  }

  private ContainerConfig edit(java.util.function.Consumer<Fields> change) {
    Fields fields = new Fields(this);
    change.accept(fields);
    return fields.toConfig();
  }

  /** The fields while one of them is exchanged. */
  private static final class Fields {
    private String user;
    private SortedSet<String> exposedPorts;
    private List<String> env;
    private Optional<List<String>> entrypoint;
    private Optional<List<String>> cmd;
    private Optional<Healthcheck> healthcheck;
    private boolean argsEscaped;
    private SortedSet<String> volumes;
    private String workingDir;
    private List<String> onBuild;
    private Map<String, String> labels;
    private Optional<String> stopSignal;
    private Optional<List<String>> shell;

    Fields(ContainerConfig c) {
      user = c.user;
      exposedPorts = c.exposedPorts;
      env = c.env;
      entrypoint = c.entrypoint;
      cmd = c.cmd;
      healthcheck = c.healthcheck;
      argsEscaped = c.argsEscaped;
      volumes = c.volumes;
      workingDir = c.workingDir;
      onBuild = c.onBuild;
      labels = c.labels;
      stopSignal = c.stopSignal;
      shell = c.shell;
    }

    ContainerConfig toConfig() {
      return new ContainerConfig(
          user,
          exposedPorts,
          env,
          entrypoint,
          cmd,
          healthcheck,
          argsEscaped,
          volumes,
          workingDir,
          onBuild,
          labels,
          stopSignal,
          shell);
    }
  }
}
