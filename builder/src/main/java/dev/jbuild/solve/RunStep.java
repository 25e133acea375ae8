package dev.jbuild.solve;

import dev.jbuild.cache.Accounts;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.Layer;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.Instruction;
import dev.jbuild.plan.BuildRequest.RunOptions;
import dev.jbuild.runtime.EtcFiles;
import dev.jbuild.runtime.ExitStatus;
import dev.jbuild.runtime.Isolation;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.RootFs;
import dev.jbuild.runtime.Sandbox;
import dev.jbuild.runtime.Shim;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** A RUN: a sandbox over the stage's layers, whose writes become the next one. */
final class RunStep {
  private static final String HOSTNAME = "buildkitsandbox";

  private final Surroundings around;
  private final Kitchen kitchen;
  private final Events events;
  private final StageState state;
  private final Instruction.Run run;

  RunStep(
      Surroundings around, Kitchen kitchen, Events events, StageState state, Instruction.Run run) {
    this.around = around;
    this.kitchen = kitchen;
    this.events = events;
    this.state = state;
    this.run = run;
    if (!run.mounts().isEmpty()) {
      throw new BuildException(run.span(), "RUN --mount is not supported yet");
    }
    if (run.security().map(s -> !s.equals("sandbox")).orElse(false)) {
      throw new BuildException(
          run.span(), "RUN --security=" + run.security().get() + " is not supported yet");
    }
  }

  /** Program and arguments: a shell line goes through the stage's shell. */
  List<String> argv() {
    if (run.command() instanceof Command.Exec(List<String> argv)) {
      return argv;
    }
    List<String> argv = new ArrayList<>(state.shell());
    argv.add(line());
    return argv;
  }

  private String line() {
    String line = run.command() instanceof Command.Shell(String text) ? text : "";
    if (run.heredocs().isEmpty()) {
      return line;
    }
    List<Heredoc> heredocs = run.heredocs();
    boolean alone = heredocs.size() == 1 && line.startsWith("<<") && !line.contains(" ");
    if (alone) {
      return heredocs.getFirst().body();
    }
    StringBuilder script = new StringBuilder(line);
    for (Heredoc heredoc : heredocs) {
      script.append('\n').append(heredoc.content()).append(heredoc.name());
    }
    return script.toString();
  }

  Kitchen.Made execute(String title, boolean fresh) throws IOException, InterruptedException {
    RunOptions options = around.request.run();
    String network = run.network().orElse(options.network());
    Digest op = Digest.sha256("run\n" + String.join("\0", argv()));
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("parent", state.chain.toString());
    inputs.put("user", state.config.config().user());
    inputs.put("workdir", state.workdir());
    inputs.put("network", network);
    inputs.put("platform", state.config.platform().toString());
    state.env.forEach((name, value) -> inputs.put("env " + name, value));
    return kitchen.serve(
        new Kitchen.Order(title, op, inputs, fresh), state, vertex -> run(vertex, network));
  }

  private Optional<Layer> run(int vertex, String network) throws IOException, InterruptedException {
    LayerStack stack = new LayerStack(state.layers);
    Accounts.Account account;
    try {
      account = Accounts.of(stack).find(state.config.config().user());
    } catch (IllegalArgumentException e) {
      throw new BuildException(run.span(), String.valueOf(e.getMessage()));
    }
    Path scratch =
        Files.createTempDirectory(around.storeRoot.resolve("tmp"), kitchen.lease().id() + "-etc");
    try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
      likeRoot(stack, draft.fs());
      Network net = network.equals("none") ? new Network.None() : new Network.Host();
      EtcFiles etc = EtcFiles.write(scratch, net, HOSTNAME, around.request.run().extraHosts());
      Sandbox sandbox =
          new Sandbox(
              new RootFs.Overlay(
                  state.layers.stream().map(Layer::fs).toList(), draft.fs(), draft.work(), true),
              etc.mounts(false),
              new dev.jbuild.runtime.Command(
                  argv(),
                  environment(account),
                  state.workdir(),
                  account.uid(),
                  account.gid(),
                  account.groups()),
              Isolation.docker()
                  .withNetwork(net)
                  .withHostname(HOSTNAME)
                  .withShmSize(around.request.run().shmSize()));
      check(await(sandbox, vertex));
      return isEmpty(draft.fs()) ? Optional.empty() : Optional.of(draft.commit());
    } finally {
      Linux.deleteTree(scratch);
    }
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

  private List<String> environment(Accounts.Account account) {
    Map<String, String> env = new LinkedHashMap<>(state.env);
    env.putIfAbsent("PATH", StageState.DEFAULT_PATH);
    env.putIfAbsent("HOME", account.home());
    around
        .request
        .arguments()
        .forEach((name, value) -> {
          if (Predefined.isProxy(name)) {
            env.putIfAbsent(name, value);
          }
        });
    List<String> list = new ArrayList<>();
    env.forEach((name, value) -> list.add(name + "=" + value));
    return list;
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
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
