package dev.jbuild.solve;

import dev.jbuild.context.SourceTree;
import dev.jbuild.copy.CopyPlanner;
import dev.jbuild.layer.Draft;
import dev.jbuild.layer.PlannedEntry;
import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Healthcheck;
import dev.jbuild.oci.Json;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.CopyFlags;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import dev.jbuild.parser.Words;
import dev.jbuild.plan.Source;
import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.StringJoiner;

/** Carries out the instructions of one stage, one after the other. */
final class StageBuilder {
  /** Where a stage's own wants come from. */
  interface Others {
    /** Waits for an earlier stage. */
    StageState stage(int index) throws IOException, InterruptedException;

    /** A named context or an image. */
    Origin external(Span span, String name) throws IOException, InterruptedException;

    /** Fetches what is named by address. */
    Remote remote();
  }

  private final Surroundings around;
  private final Kitchen kitchen;
  private final Events events;
  private final Stage stage;
  private final StageState state;
  private final Others others;
  private final char escape;
  private final StepTitles titles;
  private final RunsAhead runs;

  StageBuilder(
      Surroundings around,
      Kitchen kitchen,
      Events events,
      Stage stage,
      StageState state,
      Others others) {
    this.around = around;
    this.kitchen = kitchen;
    this.events = events;
    this.stage = stage;
    this.state = state;
    this.others = others;
    this.escape = around.escape;
    this.titles = StepTitles.of(stage, around);
    this.runs = new RunsAhead(kitchen, state);
  }

  StageState build(List<Instruction> triggers) throws IOException, InterruptedException {
    try (runs) {
      for (Instruction trigger : triggers) {
        carryOut(trigger);
      }
      for (Instruction instruction : stage.instructions()) {
        carryOut(instruction);
      }
      runs.settle();
    }
    return state;
  }

  private void carryOut(Instruction instruction) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("canceled");
    }
    try {
      if (!(instruction instanceof Instruction.Run)) {
        runs.settle();
      }
      dispatch(instruction);
    } catch (IllegalArgumentException e) {
      throw new BuildException(instruction.span(), String.valueOf(e.getMessage()));
    }
  }

  // instanceof, as a switch over types is made anew at every start of the JVM (docs/adr/0010)
  private void dispatch(Instruction instruction) throws IOException, InterruptedException {
    if (instruction instanceof Instruction.Run run) {
      run(run);
    } else if (instruction instanceof Instruction.Copy c) {
      copy(c, false, c.sources(), c.target(), c.flags(), c.heredocs());
    } else if (instruction instanceof Instruction.Add a) {
      copy(a, true, a.sources(), a.target(), a.flags(), a.heredocs());
    } else if (instruction instanceof Instruction.Workdir workdir) {
      workdir(workdir);
    } else if (instruction instanceof Instruction.Arg arg) {
      arg(arg);
    } else if (instruction instanceof Instruction.Env env) {
      env(env);
    } else if (instruction instanceof Instruction.Label label) {
      label(label);
    } else if (instruction instanceof Instruction.Expose expose) {
      expose(expose);
    } else if (instruction instanceof Instruction.Healthcheck check) {
      healthcheck(check);
    } else {
      describe(instruction);
    }
  }

  /** What only changes the configuration, by one value. */
  private void describe(Instruction instruction) {
    if (instruction instanceof Instruction.Cmd cmd) {
      state.cmdSet = true;
      configure(c -> c.withCmd(Optional.of(argv(cmd.command()))).withArgsEscaped(true));
      note("CMD " + quoted(argv(cmd.command())));
    } else if (instruction instanceof Instruction.Entrypoint entrypoint) {
      configure(c -> c.withEntrypoint(Optional.of(argv(entrypoint.command()))));
      if (!state.cmdSet) {
        configure(c -> c.withCmd(Optional.empty()));
      }
      note("ENTRYPOINT " + quoted(argv(entrypoint.command())));
    } else if (instruction instanceof Instruction.Volume volume) {
      List<String> paths = volume.paths().stream().map(this::expand).toList();
      if (paths.contains("")) {
        throw new BuildException(volume.span(), "VOLUME specified can not be an empty string");
      }
      paths.forEach(p -> configure(c -> c.withVolume(p)));
      note("VOLUME [" + String.join(" ", paths) + "]");
    } else if (instruction instanceof Instruction.User user) {
      String name = expand(user.user());
      configure(c -> c.withUser(name));
      note("USER " + name);
    } else if (instruction instanceof Instruction.StopSignal signal) {
      String name = expand(signal.signal());
      if (!StopSignals.isKnown(name)) {
        throw new BuildException(signal.span(), "invalid signal: " + name);
      }
      configure(c -> c.withStopSignal(name));
      note("STOPSIGNAL " + name);
    } else if (instruction instanceof Instruction.Maintainer maintainer) {
      state.config = state.config.withAuthor(maintainer.name());
      note("MAINTAINER " + maintainer.name());
    } else if (instruction instanceof Instruction.Shell shell) {
      configure(c -> c.withShell(shell.words()));
      note("SHELL [" + String.join(" ", shell.words()) + "]");
    } else if (instruction instanceof Instruction.Onbuild onbuild) {
      List<String> all = new ArrayList<>(state.config.config().onBuild());
      all.add(onbuild.text());
      configure(c -> c.withOnBuild(all)); // no entry in the history, as BuildKit has none
    } else {
      throw new AssertionError("no instruction of a stage: " + instruction);
    }
  }

  private void run(Instruction.Run run) throws IOException, InterruptedException {
    RunStep step = new RunStep(around, kitchen, events, state, run);
    String title = titles.next(run.source());
    if (fresh() && step.isPlain()) {
      runs.add(step, title, from -> mountOrigin(run.span(), from), made -> note(step, made));
    } else {
      runs.settle();
      note(step, step.execute(title, fresh(), from -> mountOrigin(run.span(), from)));
    }
  }

  private void note(RunStep step, Kitchen.Made made) {
    StringBuilder text = new StringBuilder("RUN ");
    if (!state.args.isEmpty()) {
      text.append('|').append(state.args.size());
      state.args.forEach((name, value) ->
          text.append(' ').append(name).append('=').append(state.env.getOrDefault(name, value)));
      text.append(' ');
    }
    text.append(String.join(" ", step.argv())).append(" # buildkit");
    state.history(text.toString(), Optional.of(made.created()), made.layer().isEmpty());
  }

  private void copy(
      Instruction at,
      boolean add,
      List<String> sources,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs)
      throws IOException, InterruptedException {
    List<String> words = sources.stream().map(this::expand).toList();
    CopyFlags own =
        new CopyFlags(
            flags.from(),
            flags.chown().map(this::expand).filter(o -> !o.isEmpty()),
            flags.chmod().map(this::expand).filter(m -> !m.isEmpty()),
            flags.checksum().map(this::expand).filter(c -> !c.isEmpty()),
            flags.link(),
            flags.parents(),
            flags.keepGitDir(),
            flags.unpack(),
            flags.excludes(),
            flags.ifExists());
    warnOfStrangers(at, own);
    List<CopyStep.Part> parts =
        new CopySources(around, others.remote(), at.span(), add, own)
            .of(
                words,
                () ->
                    flags.from().isPresent()
                        ? origin(
                                at.span(),
                                around.graph.copySource(stage, at.span(), flags.from().get()))
                            .tree()
                        : around.context());
    String to = expand(target);
    CopyStep step =
        new CopyStep(
            around,
            kitchen,
            state,
            new CopyStep.Request(
                at.span(),
                add,
                parts,
                absolute(to),
                own,
                heredocs.stream().map(this::expanded).toList()));
    Kitchen.Made made = step.execute(titles.next(at.source()), fresh());
    StringBuilder text = new StringBuilder(add ? "ADD" : "COPY");
    text.append(own.parents() ? " --parents" : "");
    own.chown().ifPresent(o -> text.append(" --chown=").append(o));
    own.chmod().ifPresent(m -> text.append(" --chmod=").append(m));
    words.forEach(word -> text.append(' ').append(word));
    heredocs.forEach(heredoc -> text.append(" <<").append(heredoc.name()));
    text.append(' ').append(to).append(" # buildkit");
    state.history(text.toString(), Optional.of(made.created()), made.layer().isEmpty());
  }

  private Heredoc expanded(Heredoc heredoc) {
    String body = heredoc.body();
    return new Heredoc(
        heredoc.name(),
        heredoc.fd(),
        false,
        false,
        heredoc.expand() ? Words.expandText(body, state::variable) : body);
  }

  /** BuildKit takes a name that nobody has for root's, without a word. */
  private void warnOfStrangers(Instruction at, CopyFlags flags) throws IOException {
    if (flags.chown().isPresent() && !flags.link()) {
      for (String name : state.accounts().missing(flags.chown().get())) {
        String message = "--chown names " + name + ", which the image does not have: it means root";
        events.send(new BuildEvent.Warned("UnknownOwner", message, at.span().firstLine()));
      }
    }
  }

  private Origin mountOrigin(Span span, Optional<String> from)
      throws IOException, InterruptedException {
    return from.isEmpty()
        ? new Origin.Folder(around.context())
        : origin(span, around.graph.mountSource(stage, span, from.get()));
  }

  private Origin origin(Span span, Source source) throws IOException, InterruptedException {
    return switch (source) {
      case Source.OfStage(Stage earlier) -> new Origin.Stack(others.stage(earlier.index()));
      case Source.External(String name) -> others.external(span, name);
      case Source.Nothing() -> new Origin.Stack(StageState.nothing(state.config.platform()));
    };
  }

  private void workdir(Instruction.Workdir workdir) throws IOException, InterruptedException {
    String path = expand(workdir.path());
    // BuildKit cleans a relative path, and keeps an absolute one as it is written
    String full =
        path.startsWith("/") ? path : "/" + SourceTree.clean(state.workdir() + "/" + path);
    configure(c -> c.withWorkingDir(full));
    if (full.equals("/")) {
      note("WORKDIR /");
      return;
    }
    LayerStack below = new LayerStack(state.layers);
    int[] owner = state.accounts().owner(state.config.config().user());
    CopyPlanner planner = new CopyPlanner(below);
    planner.mkdirs(full, owner[0], owner[1]);
    List<PlannedEntry> entries = planner.entries();
    SequencedMap<String, String> inputs = new LinkedHashMap<>();
    inputs.put("parent", state.chain.toString());
    inputs.put("owner", owner[0] + ":" + owner[1]);
    Kitchen.Order order =
        new Kitchen.Order(
            titles.next(workdir.source()), Digest.sha256("workdir\n" + full), inputs, fresh());
    Kitchen.Made made =
        kitchen.serve(
            order,
            state,
            _ -> {
              if (entries.isEmpty()) {
                return Optional.empty();
              }
              try (Draft draft = kitchen.layers().draft(kitchen.lease().id())) {
                kitchen.layers().write(draft, entries, Optional.empty(), _ -> {});
                return Optional.of(draft.commit());
              }
            });
    state.history("WORKDIR " + full, Optional.of(made.created()), made.layer().isEmpty());
  }

  private void arg(Instruction.Arg arg) {
    StringBuilder text = new StringBuilder("ARG");
    for (Instruction.Assignment one : arg.assignments()) {
      Optional<String> value = Optional.ofNullable(around.request.arguments().get(one.name()));
      if (value.isEmpty() && one.value().isPresent()) {
        value = Optional.of(expand(one.value().get()));
      }
      if (value.isEmpty()) {
        value = Optional.ofNullable(around.graph.globals().get(one.name()));
      }
      text.append(' ').append(one.name());
      state.args.put(one.name(), value.orElse(""));
      if (value.isPresent()) {
        if (!Predefined.isForScannersOnly(one.name())) {
          state.env.put(one.name(), value.get());
        }
        text.append('=').append(value.get());
      }
    }
    note(text.toString());
  }

  private void env(Instruction.Env env) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder("ENV");
    // the whole instruction sees the environment from before it
    env.pairs().forEach(p -> values.put(expand(p.name()), expand(p.value())));
    values.forEach((name, value) -> {
      configure(c -> c.withEnv(name, value));
      state.env.put(name, value);
      text.append(' ').append(name).append('=').append(value);
    });
    note(text.toString());
  }

  private void label(Instruction.Label label) {
    StringBuilder text = new StringBuilder("LABEL");
    for (Instruction.KeyValue pair : label.pairs()) {
      String name = expand(pair.name());
      String value = expand(pair.value());
      configure(c -> c.withLabel(name, value));
      text.append(' ').append(name).append('=').append(value);
    }
    note(text.toString());
  }

  private void expose(Instruction.Expose expose) {
    List<String> ports = new ArrayList<>();
    for (String word : expose.ports()) {
      for (String port : Words.expandToList(word, state::variable, escape)) {
        ports.addAll(ExposedPorts.parse(expose.span(), port));
      }
    }
    ports.forEach(p -> configure(c -> c.withExposedPort(p)));
    note("EXPOSE [" + String.join(" ", ports) + "]");
  }

  private void healthcheck(Instruction.Healthcheck instruction) {
    Healthcheck check = Healthchecks.of(instruction);
    configure(c -> c.withHealthcheck(check));
    note("HEALTHCHECK " + quoted(check.test()));
  }

  private List<String> argv(Command command) {
    if (command instanceof Command.Exec(List<String> argv)) {
      return argv;
    }
    List<String> argv = new ArrayList<>(state.shell());
    argv.add(command instanceof Command.Shell(String line) ? line : "");
    return argv;
  }

  private String absolute(String target) {
    boolean folder =
        target.isEmpty() || target.endsWith("/") || target.equals(".") || target.endsWith("/.");
    String full = target.startsWith("/") ? target : state.workdir() + "/" + target;
    String clean = "/" + SourceTree.clean(full);
    return folder && !clean.endsWith("/") ? clean + "/" : clean;
  }

  private String expand(String word) {
    return Words.expand(word, state::variable, escape);
  }

  private boolean fresh() {
    return around.request.cache().disabled()
        || stage.from().name().map(around.request.cache().disabledStages()::contains).orElse(false);
  }

  private void configure(java.util.function.UnaryOperator<ContainerConfig> change) {
    state.config = state.config.withConfig(change.apply(state.config.config()));
  }

  private void note(String createdBy) {
    state.history(createdBy, Optional.empty(), true);
  }

  /** A list as BuildKit writes it into an image's history: not JSON's commas. */
  private static String quoted(List<String> words) {
    StringJoiner list = new StringJoiner(" ", "[", "]");
    words.forEach(word -> list.add(new Json.Text(word).compact()));
    return list.toString();
  }
}
