package dev.jbuild.engine.container;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.EngineException;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** A container's {@code config.json}, from what was asked and what the image says. */
final class Definition {
  private static final int REFUSED = 125;
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Definition() {}

  static Json.Obj of(
      String id, String name, ContainerSpec spec, LocalImage image, List<Json.Obj> mounts) {
    Json.Obj config = config(id, spec, image.config().config());
    List<String> argv = new ArrayList<>(config.texts("Entrypoint"));
    argv.removeIf(String::isEmpty);
    argv.addAll(config.texts("Cmd"));
    if (argv.isEmpty()) {
      throw new EngineException(REFUSED, "no command specified");
    }
    return Json.obj()
        .with("Id", id)
        .with("Created", Timestamp.of(Instant.now()))
        .with("Path", argv.getFirst())
        .with("Args", Json.texts(argv.subList(1, argv.size())))
        .with("Image", image.id().toString())
        .with("Name", "/" + name)
        .with("Mounts", new Json.Arr(List.copyOf(mounts)))
        .with("HostConfig", spec.hostConfig())
        .with("Config", config)
        .with("NetworkingConfig", Json.obj().with("EndpointsConfig", spec.endpoints()));
  }

  private static Json.Obj config(String id, ContainerSpec spec, ContainerConfig image) {
    Json.Obj asked = spec.config();
    String workdir = nonEmpty(asked, "WorkingDir").orElse(image.workingDir());
    if (!workdir.isEmpty() && !workdir.startsWith("/")) {
      throw new EngineException(
          REFUSED,
          "the working directory '" + workdir + "' is invalid, it needs to be an absolute path");
    }
    boolean ownEntrypoint = asked.get("Entrypoint").isPresent();
    List<String> entrypoint =
        ownEntrypoint ? asked.texts("Entrypoint") : image.entrypoint().orElse(List.of());
    List<String> cmd = asked.texts("Cmd");
    if (cmd.isEmpty() && !ownEntrypoint) {
      cmd = image.cmd().orElse(List.of());
    }
    Json.Obj config =
        Json.obj()
            .with("Hostname", nonEmpty(asked, "Hostname").orElse(id.substring(0, 12)))
            .with("Domainname", asked.text("Domainname").orElse(""))
            .with("User", nonEmpty(asked, "User").orElse(image.user()))
            .with("AttachStdin", asked.flag("AttachStdin"))
            .with("AttachStdout", asked.flag("AttachStdout"))
            .with("AttachStderr", asked.flag("AttachStderr"));
    Map<String, Json> ports = new TreeMap<>();
    image.exposedPorts().forEach(port -> ports.put(withProtocol(port), Json.obj()));
    asked.object("ExposedPorts").members().keySet().forEach(p -> ports.put(p, Json.obj()));
    if (!ports.isEmpty()) {
      config = config.with("ExposedPorts", new Json.Obj(new LinkedHashMap<>(ports)));
    }
    config =
        config
            .with("Tty", asked.flag("Tty"))
            .with("OpenStdin", asked.flag("OpenStdin"))
            .with("StdinOnce", asked.flag("StdinOnce"))
            .with("Env", Json.texts(environment(image, asked.texts("Env"))))
            .with("Cmd", cmd.isEmpty() ? new Json.Null() : Json.texts(cmd));
    Optional<Json> health = health(asked, image);
    config = health.isPresent() ? config.with("Healthcheck", health.get()) : config;
    return rest(config.with("Image", spec.image()), asked, image)
        .with("WorkingDir", workdir)
        .with("Entrypoint", entrypoint.isEmpty() ? new Json.Null() : Json.texts(entrypoint))
        .with("Labels", labels(image, asked));
  }

  private static Json.Obj rest(Json.Obj config, Json.Obj asked, ContainerConfig image) {
    Map<String, Json> volumes = new TreeMap<>();
    image.volumes().forEach(path -> volumes.put(path, Json.obj()));
    asked.object("Volumes").members().keySet().forEach(path -> volumes.put(path, Json.obj()));
    Json.Obj all =
        config.with(
            "Volumes",
            volumes.isEmpty() ? new Json.Null() : new Json.Obj(new LinkedHashMap<>(volumes)));
    Optional<String> signal = nonEmpty(asked, "StopSignal").or(image::stopSignal);
    all = all.withOptional("StopSignal", signal);
    Optional<Long> timeout = asked.number("StopTimeout");
    return timeout.isPresent() ? all.with("StopTimeout", timeout.get()) : all;
  }

  private static Json labels(ContainerConfig image, Json.Obj asked) {
    Map<String, String> labels = new LinkedHashMap<>(image.labels());
    labels.putAll(asked.textMap("Labels"));
    return Json.textMap(labels);
  }

  /** The image's, and over it what is asked; the program finds a path in any case. */
  private static List<String> environment(ContainerConfig image, List<String> asked) {
    SequencedMap<String, String> all = new LinkedHashMap<>();
    for (String entry : asked) {
      all.put(nameOf(entry), entry);
    }
    for (String entry : image.env()) {
      all.putIfAbsent(nameOf(entry), entry);
    }
    all.putIfAbsent("PATH", PATH);
    all.values().removeIf(entry -> entry.indexOf('=') <= 0);
    return List.copyOf(all.values());
  }

  private static String nameOf(String entry) {
    int equals = entry.indexOf('=');
    return equals < 0 ? entry : entry.substring(0, equals);
  }

  /** What is asked, and the image's where nothing is; a test of its own keeps nothing of it. */
  private static Optional<Json> health(Json.Obj asked, ContainerConfig image) {
    Json.Obj imageCheck = image.toJson().object("Healthcheck");
    Json.Obj own = asked.object("Healthcheck");
    if (own.members().isEmpty() && imageCheck.members().isEmpty()) {
      return Optional.empty();
    }
    Json.Obj both = imageCheck;
    for (var member : own.members().entrySet()) {
      both = both.with(member.getKey(), member.getValue());
    }
    return Optional.of(both);
  }

  private static Optional<String> nonEmpty(Json.Obj json, String name) {
    return json.text(name).filter(text -> !text.isEmpty());
  }

  private static String withProtocol(String port) {
    return port.indexOf('/') < 0 ? port + "/tcp" : port;
  }
}
