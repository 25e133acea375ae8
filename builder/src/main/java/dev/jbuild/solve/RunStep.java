package dev.jbuild.solve;

import dev.jbuild.cache.Accounts;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.Instruction;
import dev.jbuild.plan.BuildRequest.RunOptions;
import dev.jbuild.runtime.ExitStatus;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Rlimit;
import dev.jbuild.runtime.RootFs;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.runtime.Shim;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** A RUN: a sandbox over the stage's layers, whose writes become the next one. */
final class RunStep {
  private static final String HOSTNAME = "buildkitsandbox";

  private final Surroundings around;
  private final Kitchen kitchen;
  private final Events events;
  private final StageState state;
  private final Instruction.Run run;
  private final RunOptions options;
  private final String network;
  private final boolean insecure;

  RunStep(
      Surroundings around, Kitchen kitchen, Events events, StageState state, Instruction.Run run) {
    this.around = around;
    this.kitchen = kitchen;
    this.events = events;
    this.state = state;
    this.run = run;
    this.options = around.request.run();
    this.network = run.network().filter(n -> !n.equals("default")).orElse(options.network());
    this.insecure = run.security().map(s -> s.equals("insecure")).orElse(false);
    if (insecure) {
      demand("security.insecure");
    }
    // who asks for the host's network for all steps has allowed it
    if (network.equals("host") && !options.network().equals("host")) {
      demand("network.host");
    }
  }

  private void demand(String entitlement) {
    if (!options.allow().contains(entitlement)) {
      throw new BuildException(
          run.span(), entitlement + " is not allowed; the build needs --allow " + entitlement);
    }
  }

  /** Program and arguments: a shell line goes through the stage's shell. */
  List<String> argv() {
    if (run.command() instanceof Command.Exec(List<String> argv)) {
      return argv;
    }
    List<String> argv = new ArrayList<>(state.shell());
    argv.add(HeredocScript.line(run));
    return argv;
  }

  /** Whether all that it reads besides the stage's files stands in the Dockerfile. */
  boolean isPlain() {
    return run.mounts().isEmpty();
  }

  Kitchen.Made execute(String title, boolean fresh, RunMounts.Finder finder)
      throws IOException, InterruptedException {
    RunMounts mounts = mounts(finder);
    return kitchen.serveDraft(order(title, fresh, mounts), state, vertex -> fill(vertex, mounts));
  }

  RunMounts mounts(RunMounts.Finder finder) throws IOException, InterruptedException {
    return RunMounts.of(around, kitchen, state, run, finder);
  }

  /** What the step is and what goes into it, among that what the stage is made of by now. */
  Kitchen.Order order(String title, boolean fresh, RunMounts mounts) throws IOException {
    List<String> argv = argv();
    Digest op = Digest.sha256("run\n" + String.join("\0", argv));
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("parent", state.chain.toString());
    inputs.put("user", state.config.config().user());
    inputs.put("workdir", state.workdir());
    inputs.put("network", network);
    inputs.put("security", insecure ? "insecure" : "sandbox");
    inputs.put("platform", state.config.platform().toString());
    inputs.put("hosts", String.join(" ", options.extraHosts()));
    HeredocScript.file(run)
        .ifPresent(file -> inputs.put("script", Digest.sha256(file.body()).toString()));
    state.env.forEach((name, value) -> inputs.put("env " + name, value));
    mounts.describe(inputs);
    return new Kitchen.Order(title, op, inputs, fresh);
  }

  /** Runs it; what it has written, if anything. */
  Optional<Draft> fill(int vertex, RunMounts planned) throws IOException, InterruptedException {
    LayerStack stack = new LayerStack(state.layers);
    Accounts.Account account;
    try {
      account = state.accounts().find(state.config.config().user());
    } catch (IllegalArgumentException e) {
      throw new BuildException(run.span(), String.valueOf(e.getMessage()));
    }
    Draft draft = kitchen.layers().draft(kitchen.lease().id());
    try {
      likeRoot(stack, draft.fs());
      run(vertex, planned, account, draft);
      if (isEmpty(draft.fs())) {
        draft.close();
        return Optional.empty();
      }
      return Optional.of(draft);
    } catch (IOException | RuntimeException | InterruptedException e) {
      draft.close();
      throw e;
    }
  }

  private void run(int vertex, RunMounts planned, Accounts.Account account, Draft draft)
      throws IOException, InterruptedException {
    SequencedMap<String, String> env = environment(account);
    Network net =
        network.equals("none") ? new Network.None() : new Network.Host(network.equals("host"));
    Path scratch = around.storeRoot.resolve("tmp/" + kitchen.lease().id() + "-run" + vertex);
    boolean scratched = !run.mounts().isEmpty();
    if (scratched) {
      Files.createDirectory(scratch);
    }
    try (RunMounts.Open open = planned.open(scratch, env);
        EtcFolders.Lent etc = around.etc(kitchen.lease().id()).take(net, hostname())) {
      List<SandboxMount> mounts = new ArrayList<>(etc.mounts());
      HeredocScript.file(run)
          .ifPresent(file ->
              mounts.add(
                  new SandboxMount.Content(
                      file.body().getBytes(StandardCharsets.UTF_8),
                      0,
                      0,
                      0755,
                      HeredocScript.path(file))));
      mounts.addAll(open.mounts());
      mounts.addAll(Emulation.mounts(run.span(), state.config.platform()));
      Sandbox sandbox =
          new Sandbox(
              new RootFs.Overlay(
                  state.layers.stream().map(Layer::fs).toList(),
                  draft.fs(),
                  draft.work(),
                  true,
                  Optional.of(etc.stubs())),
              mounts,
              new dev.jbuild.runtime.Command(
                  argv(),
                  env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
                  state.workdir(),
                  account.uid(),
                  account.gid(),
                  groups(account)),
              isolation(net));
      check(await(sandbox, vertex));
    } finally {
      if (scratched) {
        Linux.deleteTree(scratch);
      }
    }
  }

  private String hostname() {
    return around.request.arguments().getOrDefault("BUILDKIT_SANDBOX_HOSTNAME", HOSTNAME);
  }

  private Isolation isolation(Network net) {
    Isolation isolation =
        Isolation.docker()
            .withNetwork(net)
            .withHostname(hostname())
            .withShmSize(options.shmSize())
            .withRlimits(options.ulimits().stream().map(RunStep::rlimit).toList());
    return insecure ? isolation.withPrivileged(true) : isolation;
  }

  /** {@code name=soft[:hard]}. */
  private static Rlimit rlimit(String text) {
    int equals = text.indexOf('=');
    int colon = text.indexOf(':', equals);
    try {
      long soft = Long.parseLong(text.substring(equals + 1, colon < 0 ? text.length() : colon));
      long hard = colon < 0 ? soft : Long.parseLong(text.substring(colon + 1));
      return new Rlimit(text.substring(0, equals), soft, hard);
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("invalid ulimit: " + text + " (e.g. nofile=1024:4096)", e);
    }
  }

  /** The group of the user comes first among the supplementary ones, as BuildKit has it. */
  private static List<Integer> groups(Accounts.Account account) {
    List<Integer> groups = new ArrayList<>();
    groups.add(account.gid());
    account.groups().stream().filter(g -> g != account.gid()).forEach(groups::add);
    return groups;
  }

  private ExitStatus await(Sandbox sandbox, int vertex) throws InterruptedException {
    Shim.Running running =
        around
            .shim()
            .run(
                sandbox,
                (stderr, bytes, offset, length) ->
                    events.send(
                        new BuildEvent.Output(
                            vertex, stderr, Arrays.copyOfRange(bytes, offset, offset + length))));
    try {
      return running.await();
    } catch (InterruptedException e) {
      running.kill();
      throw e;
    }
  }

  private void check(ExitStatus status) {
    if (status instanceof ExitStatus.Exited(int code) && code == 0) {
      return;
    }
    String why = status instanceof ExitStatus.Failed failed ? ": " + failed.text() : "";
    throw new BuildException(
        run.span(),
        "process \""
            + String.join(" ", argv())
            + "\" did not complete successfully: exit code: "
            + status.code()
            + why);
  }

  private SequencedMap<String, String> environment(Accounts.Account account) {
    SequencedMap<String, String> env = new LinkedHashMap<>(state.env);
    env.putIfAbsent("PATH", StageState.DEFAULT_PATH);
    env.putIfAbsent("HOME", account.home());
    around
        .request
        .arguments()
        .forEach((name, value) -> {
          if (Predefined.isProxy(name)) {
            env.putIfAbsent(name.toUpperCase(Locale.ROOT), value);
            env.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
          }
        });
    return env;
  }

  /** The root folder of an overlay shows the attributes of its upper folder. */
  private static void likeRoot(LayerStack stack, Path fs) throws IOException {
    Optional<LayerStack.Node> root = stack.find("/");
    if (root.isPresent()) {
      FileStat stat = root.get().stat();
      Linux.lchown(fs, stat.uid(), stat.gid());
      Linux.chmod(fs, stat.permissions());
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Dir dir = Dir.open(folder)) {
      return dir.names().isEmpty();
    }
  }
}
