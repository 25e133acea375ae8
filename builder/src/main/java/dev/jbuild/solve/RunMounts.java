package dev.jbuild.solve;

import dev.jbuild.context.SourceNode;
import dev.jbuild.context.SourceTree;
import dev.jbuild.layer.Draft;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.RunMount;
import dev.jbuild.plan.BuildRequest.Secret;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.ssh.AgentSocket;
import dev.jbuild.ssh.SshException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a RUN's {@code --mount} flags mean: parts of its key before it runs, mounts of its sandbox
 * when it does.
 */
final class RunMounts {
  private final Surroundings around;
  private final Kitchen kitchen;
  private final StageState state;
  private final Instruction.Run run;
  private final List<Planned> planned = new ArrayList<>();

  /**
   * A mount with what it shows.
   *
   * @param part of a tree: what is bound, or what a cache begins with
   */
  private record Planned(RunMount mount, String target, Optional<Part> part) {}

  /**
   * A file or folder of a tree.
   *
   * @param copy of a folder of this machine: what the sandbox will see
   */
  private record Part(Origin origin, SourceNode node, Optional<FolderCopy> copy) {}

  /** Where mounts take from. */
  interface Finder {
    /** The build context, or what a name means. */
    Origin find(Optional<String> from) throws IOException, InterruptedException;
  }

  private RunMounts(Surroundings around, Kitchen kitchen, StageState state, Instruction.Run run) {
    this.around = around;
    this.kitchen = kitchen;
    this.state = state;
    this.run = run;
  }

  /**
   * Reads the flags and finds what they name.
   *
   * @throws BuildException when a flag makes no sense, or what is bound is not there
   */
  static RunMounts of(
      Surroundings around, Kitchen kitchen, StageState state, Instruction.Run run, Finder finder)
      throws IOException, InterruptedException {
    RunMounts mounts = new RunMounts(around, kitchen, state, run);
    for (String value : run.mounts()) {
      RunMount mount;
      try {
        mount = RunMount.parse(value, word -> state.expand(word, around.escape));
      } catch (IllegalArgumentException e) {
        throw new BuildException(run.span(), String.valueOf(e.getMessage()));
      }
      mounts.planned.add(mounts.plan(mount, finder));
    }
    return mounts;
  }

  private Planned plan(RunMount mount, Finder finder) throws IOException, InterruptedException {
    return switch (mount.type()) {
      case BIND -> new Planned(mount, target(mount), Optional.of(part(mount, finder)));
      case CACHE ->
          new Planned(
              mount,
              target(mount),
              mount.from().isPresent() ? Optional.of(part(mount, finder)) : Optional.empty());
      case TMPFS -> new Planned(mount, target(mount), Optional.empty());
      case SECRET -> new Planned(mount, secretTarget(mount), Optional.empty());
      case SSH -> new Planned(mount, sshTarget(mount), Optional.empty());
    };
  }

  private String target(RunMount mount) {
    String target = mount.target().orElse("");
    String full = target.startsWith("/") ? target : state.workdir() + "/" + target;
    String clean = "/" + SourceTree.clean(full);
    if (clean.equals("/") || target.isEmpty()) {
      throw new BuildException(run.span(), "invalid mount target \"" + clean + "\"");
    }
    return clean;
  }

  private static String secretTarget(RunMount mount) {
    String target = mount.target().orElse("");
    if (target.isEmpty() && mount.env().isPresent()) {
      return "";
    }
    return "/"
        + SourceTree.clean(target.isEmpty() ? "run/secrets/" + baseName(secretId(mount)) : target);
  }

  private static String secretId(RunMount mount) {
    return mount.source().or(mount::id).orElseGet(() -> baseName(mount.target().orElse("")));
  }

  private static String baseName(String path) {
    String clean = SourceTree.clean(path);
    return clean.substring(clean.lastIndexOf('/') + 1);
  }

  private String sshTarget(RunMount mount) {
    long before = planned.stream().filter(p -> p.mount.type() == RunMount.Type.SSH).count();
    return "/" + SourceTree.clean(mount.target().orElse("run/buildkit/ssh_agent." + before));
  }

  private Part part(RunMount mount, Finder finder) throws IOException, InterruptedException {
    Origin origin = finder.find(mount.from());
    kitchen.evidence().tree(origin.tree());
    String source = SourceTree.clean(mount.source().orElse(""));
    Optional<SourceNode> node = origin.tree().find(source, true);
    if (node.isEmpty()) {
      throw new BuildException(
          run.span(),
          "failed to compute cache key: failed to calculate checksum of: \"/"
              + source
              + "\": not found");
    }
    return new Part(
        origin,
        node.get(),
        origin instanceof Origin.Folder
            ? Optional.of(FolderCopy.plan(new Contents(around), origin.tree(), node.get()))
            : Optional.empty());
  }

  /** What the mounts add to the key: never what is in a cache, a secret or an agent. */
  void describe(SequencedMap<String, String> inputs) {
    int number = 0;
    for (Planned one : planned) {
      number++;
      inputs.put("mount " + number, one.mount + " at " + one.target);
      if (one.part.isPresent()) {
        inputs.put("mount " + number + " content", content(one.part.get()).toString());
      }
    }
  }

  private static Digest content(Part part) {
    return switch (part.origin) {
      case Origin.Stack(StageState source) -> Digest.sha256(source.chain + " " + part.node.path());
      case Origin.Folder _ -> part.copy.orElseThrow().digest();
    };
  }

  /** Mounts and variables for one run, and all that has to be given back after it. */
  final class Open implements AutoCloseable {
    private final Path scratch;
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<SandboxMount> mounts = new ArrayList<>();
    private final SequencedMap<String, String> env;
    private int folders;

    private Open(Path scratch, SequencedMap<String, String> env) {
      this.scratch = scratch;
      this.env = env;
    }

    List<SandboxMount> mounts() {
      return mounts;
    }

    private void add(Planned one) throws IOException, InterruptedException {
      RunMount mount = one.mount;
      switch (mount.type()) {
        case BIND -> bind(one, one.part.orElseThrow());
        case TMPFS -> mounts.add(new SandboxMount.Tmpfs(one.target, mount.size().orElse(0), 01777));
        case CACHE -> cache(one);
        case SECRET -> secret(one);
        case SSH -> ssh(one);
      }
    }

    private void bind(Planned one, Part part) throws IOException {
      boolean readOnly = one.mount.readOnly();
      if (part.copy.isPresent()) {
        Draft draft = kitchen.layers().draft(kitchen.lease().id());
        resources.add(draft);
        part.copy.get().write(kitchen, draft);
        Path shown =
            part.node.isDirectory() ? draft.fs() : draft.fs().resolve(part.copy.get().name());
        mounts.add(new SandboxMount.Bind(shown, one.target, readOnly));
        return;
      }
      LayerStack layers = ((Origin.Stack) part.origin).layers();
      LayerStack.Node node =
          layers
              .find("/" + part.node.path())
              .orElseThrow(() -> new BuildException(run.span(), part.node.path() + ": not found"));
      if (part.node.isDirectory()) {
        List<Path> lowers = new ArrayList<>(layers.parts(node));
        lowers.addFirst(folder());
        mounts.add(
            new SandboxMount.Merged(
                lowers,
                readOnly
                    ? Optional.empty()
                    : Optional.of(new SandboxMount.Scratch(likeLower(node), folder())),
                one.target));
      } else if (readOnly) {
        mounts.add(new SandboxMount.Bind(node.host(), one.target, true));
      } else {
        Path own = folder().resolve("file");
        Files.copy(node.host(), own);
        Linux.lchown(own, part.node.uid(), part.node.gid());
        Linux.chmod(own, part.node.mode() & 07777);
        mounts.add(new SandboxMount.Bind(own, one.target, false));
      }
    }

    /** The root of an overlay shows the attributes of its upper folder. */
    private Path likeLower(LayerStack.Node node) throws IOException {
      Path upper = folder();
      Linux.lchown(upper, node.stat().uid(), node.stat().gid());
      Linux.chmod(upper, node.stat().permissions());
      return upper;
    }

    private Path folder() throws IOException {
      return Files.createDirectory(scratch.resolve("mount" + folders++));
    }

    private void cache(Planned one) throws IOException, InterruptedException {
      RunMount mount = one.mount;
      String namespace = around.request.arguments().getOrDefault("BUILDKIT_CACHE_MOUNT_NS", "");
      String id = namespace + "/" + mount.id().orElseGet(() -> cleaned(mount));
      if (one.part.isPresent()) {
        id += " from " + content(one.part.get());
      } else if (mount.uid().isPresent() || mount.gid().isPresent() || mount.mode().isPresent()) {
        // one folder for each owner and permissions that are asked for: they are the folder's own
        id +=
            " as %d:%d %o"
                .formatted(mount.uid().orElse(0), mount.gid().orElse(0), mount.mode().orElse(0755));
      }
      CacheFolders.Held held =
          new CacheFolders(around.storeRoot)
              .acquire(
                  id,
                  mount.sharing().orElse(RunMount.Sharing.SHARED),
                  kitchen,
                  draft -> begin(draft, one));
      resources.add(held);
      mounts.add(new SandboxMount.Bind(held.data(), one.target, mount.readOnly()));
    }

    /** The name of a cache without one: its target as it is written, as in BuildKit. */
    private static String cleaned(RunMount mount) {
      String target = mount.target().orElse("");
      return (target.startsWith("/") ? "/" : "") + SourceTree.clean(target);
    }

    private void begin(Draft draft, Planned one) throws IOException {
      Optional<Part> part = one.part.filter(p -> p.node.isDirectory());
      if (part.isPresent()) {
        FolderCopy.plan(new Contents(around), part.get().origin.tree(), part.get().node)
            .write(kitchen, draft);
        Linux.lchown(draft.fs(), part.get().node.uid(), part.get().node.gid());
        Linux.chmod(draft.fs(), part.get().node.mode() & 07777);
      } else {
        CacheFolders.dress(draft.fs(), one.mount);
      }
    }

    private void secret(Planned one) throws IOException {
      RunMount mount = one.mount;
      String id = secretId(mount);
      Optional<byte[]> value = secretValue(around.request.run().secrets(), id);
      if (value.isEmpty()) {
        if (mount.required()) {
          throw new BuildException(run.span(), "secret " + id + ": not found");
        }
        return;
      }
      mount
          .env()
          .ifPresent(name ->
              env.put(name.isEmpty() ? id : name, new String(value.get(), StandardCharsets.UTF_8)));
      if (!one.target.isEmpty()) {
        mounts.add(
            new SandboxMount.Content(
                value.get(),
                (int) mount.uid().orElse(0),
                (int) mount.gid().orElse(0),
                mount.mode().orElse(0400),
                one.target));
      }
    }

    private void ssh(Planned one) throws IOException {
      String id = one.mount.id().orElse("default");
      List<Path> sources = around.request.run().ssh().getOrDefault(id, List.of());
      if (sources.isEmpty()) {
        if (one.mount.required()) {
          throw new BuildException(
              run.span(), "no SSH key \"" + id + "\" forwarded from the client; give --ssh " + id);
        }
        return;
      }
      Path socket = scratch.resolve("ssh" + resources.size());
      try {
        resources.add(AgentSocket.open(socket, sources));
      } catch (SshException e) {
        throw new BuildException(run.span(), String.valueOf(e.getMessage()));
      }
      Linux.lchown(socket, (int) one.mount.uid().orElse(0), (int) one.mount.gid().orElse(0));
      Linux.chmod(socket, one.mount.mode().orElse(0600));
      mounts.add(new SandboxMount.Bind(socket, one.target, false));
      env.putIfAbsent("SSH_AUTH_SOCK", one.target);
    }

    @Override
    public void close() throws IOException {
      for (AutoCloseable resource : resources.reversed()) {
        try {
          resource.close();
        } catch (IOException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }

  private static Optional<byte[]> secretValue(Map<String, Secret> secrets, String id)
      throws IOException {
    Secret secret = secrets.get(id);
    return switch (secret) {
      case null -> Optional.empty();
      case Secret.File(Path path) -> Optional.of(Files.readAllBytes(path));
      case Secret.Value(String value) -> Optional.of(value.getBytes(StandardCharsets.UTF_8));
    };
  }

  /**
   * Makes the mounts ready.
   *
   * @param scratch an empty folder of the store's file system, removed by the caller after the run
   * @param env gets the variables that mounts set
   */
  Open open(Path scratch, SequencedMap<String, String> env)
      throws IOException, InterruptedException {
    Open open = new Open(scratch, env);
    try {
      for (Planned one : planned) {
        open.add(one);
      }
      return open;
    } catch (IOException | RuntimeException | InterruptedException e) {
      open.close();
      throw e;
    }
  }
}
