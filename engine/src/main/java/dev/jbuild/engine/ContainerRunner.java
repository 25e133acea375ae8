package dev.jbuild.engine;

import dev.jbuild.cache.Accounts;
import dev.jbuild.cache.LocalImage;
import dev.jbuild.layer.Layer;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.runtime.Command;
import dev.jbuild.runtime.EtcFiles;
import dev.jbuild.runtime.Foreground;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.RootFs;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.store.Lease;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Runs a container in the foreground. */
public final class ContainerRunner {
  private static final int REFUSED = 125;
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Store store;
  private final ImageSource images;
  private final Path shimBinary;

  public ContainerRunner(Store store, ImageSource images, Path shimBinary) {
    this.store = store;
    this.images = images;
    this.shimBinary = shimBinary;
  }

  /** Runs until the container ends; gives the exit code of {@code docker run}. */
  public int run(RunRequest request, LocalImage image) throws IOException, InterruptedException {
    byte[] random = new byte[32];
    ThreadLocalRandom.current().nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    Path folder = store.root().resolve("containers").resolve(id);
    Files.createDirectories(folder.resolve("upper"));
    Files.createDirectories(folder.resolve("work"));
    Optional<Path> name = request.name().map(n -> claim(n, id));
    try (Lease lease = store.lease()) {
      image.layers().forEach(l -> lease.pin(l.id().value()));
      Files.write(
          folder.resolve("refs"), image.layers().stream().map(l -> l.id().value()).toList());
      return Foreground.run(
          shimBinary, sandbox(request, image, folder, id), request.tty(), request.interactive());
    } finally {
      if (request.remove()) {
        Linux.deleteTree(folder);
        if (name.isPresent()) {
          Files.deleteIfExists(name.get());
        }
      }
    }
  }

  /** The image to run, pulled as the request says. */
  public LocalImage image(RunRequest request, ImageSource.Progress progress) throws IOException {
    if (request.pull() == RunRequest.Pull.NEVER) {
      return images
          .local(request.image(), request.platform())
          .orElseThrow(() ->
              new EngineException(
                  REFUSED, "No such image: " + request.image().withDefaultTag().familiar()));
    }
    return images.get(
        request.image(), request.platform(), request.pull() == RunRequest.Pull.ALWAYS, progress);
  }

  private Sandbox sandbox(RunRequest request, LocalImage image, Path folder, String id)
      throws IOException {
    ContainerConfig config = image.config().config();
    LayerStack stack = new LayerStack(image.layers());
    Accounts.Account account;
    try {
      account = Accounts.of(stack).find(request.user().orElse(config.user()));
    } catch (IllegalArgumentException e) {
      throw new EngineException(REFUSED, String.valueOf(e.getMessage()));
    }
    String workdir =
        request
            .workingDirectory()
            .orElse(config.workingDir().isEmpty() ? "/" : config.workingDir());
    if (!workdir.startsWith("/")) {
      throw new EngineException(
          REFUSED,
          "the working directory '" + workdir + "' is invalid, it needs to be an absolute path");
    }
    makeWorkdir(stack, folder.resolve("upper"), workdir);
    Isolation isolation = request.isolation();
    String hostname = isolation.hostname().isEmpty() ? id.substring(0, 12) : isolation.hostname();
    EtcFiles etc =
        EtcFiles.write(folder.resolve("etc"), isolation.network(), hostname, request.extraHosts());
    List<SandboxMount> mounts = new ArrayList<>(etc.mounts(false));
    for (String volume : config.volumes()) {
      Path data = folder.resolve("volumes").resolve(Integer.toHexString(volume.hashCode()));
      Files.createDirectories(data);
      if (request.mounts().stream().noneMatch(m -> m.target().equals(volume))
          && stack.find(volume).isEmpty()) {
        mounts.add(new SandboxMount.Bind(data, volume, false));
      }
    }
    mounts.addAll(request.mounts());
    return new Sandbox(
        new RootFs.Overlay(
            image.layers().stream().map(Layer::fs).toList(),
            folder.resolve("upper"),
            folder.resolve("work"),
            request.remove()),
        mounts,
        new Command(
            argv(request, config),
            environment(request, config, account, hostname),
            workdir,
            account.uid(),
            account.gid(),
            account.groups()),
        isolation.withHostname(hostname));
  }

  /** Docker makes a missing working directory; the image's own attributes stay where it exists. */
  private static void makeWorkdir(LayerStack stack, Path upper, String workdir) throws IOException {
    if (stack.find(workdir).isEmpty()) {
      String landing = stack.resolve(workdir);
      Files.createDirectories(upper.resolve(landing.substring(1)));
    }
  }

  private static List<String> argv(RunRequest request, ContainerConfig config) {
    List<String> argv = new ArrayList<>();
    if (request.entrypoint().isPresent()) {
      if (!request.entrypoint().get().isEmpty()) {
        argv.add(request.entrypoint().get());
      }
      argv.addAll(request.command());
    } else {
      argv.addAll(config.entrypoint().orElse(List.of()));
      argv.addAll(request.command().isEmpty() ? config.cmd().orElse(List.of()) : request.command());
    }
    if (argv.isEmpty()) {
      throw new EngineException(
          REFUSED, "no command specified: the image has none; name one after the image");
    }
    return argv;
  }

  private static List<String> environment(
      RunRequest request, ContainerConfig config, Accounts.Account account, String hostname) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", PATH);
    env.put("HOSTNAME", hostname);
    if (request.tty()) {
      env.put("TERM", "xterm");
    }
    env.putAll(config.envMap());
    for (String entry : request.environment()) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        env.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    env.putIfAbsent("HOME", account.home());
    List<String> list = new ArrayList<>();
    env.forEach((name, value) -> list.add(name + "=" + value));
    return list;
  }

  private Path claim(String name, String id) {
    Path file = store.root().resolve("containers").resolve("name-" + name);
    try {
      return Files.writeString(file, id, java.nio.file.StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException _) {
      throw new EngineException(
          REFUSED,
          "Conflict. The container name \"/"
              + name
              + "\" is already in use; remove it or choose another name");
    } catch (IOException e) {
      throw new EngineException(REFUSED, "cannot use the name " + name + ": " + e);
    }
  }
}
