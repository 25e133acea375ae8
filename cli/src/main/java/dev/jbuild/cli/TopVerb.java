package dev.jbuild.cli;

import dev.jbuild.cli.format.Table;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.engine.container.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Shows the processes of a container, as the host's ps does. */
final class TopVerb implements EngineVerb {
  private final String name;

  TopVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "CONTAINER [ps OPTIONS]", "Display the processes of a container")
        .operands(1, Integer.MAX_VALUE)
        .endAtOperand();
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    Container container = session.parts().containers().find(arguments.operand(0));
    ContainerState state = container.state();
    if (!state.running()) {
      throw EngineVerb.failure("container " + container.id() + " is not running");
    }
    List<String> options = new ArrayList<>(arguments.operands());
    options.removeFirst();
    if (options.isEmpty()) {
      options.add("-ef");
    }
    Set<Long> pids = new LinkedHashSet<>(Processes.of(state));
    // Asked for by number they come whatever options choose; not every ps knows that.
    List<String> chosen = new ArrayList<>(options);
    chosen.add("-q" + pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
    Optional<String> table = list(chosen, pids);
    if (table.isEmpty()) {
      table = list(options, pids);
    }
    session.out().print(table.orElseThrow(() -> EngineVerb.failure("ps: no answer")));
    return 0;
  }

  /** The lines of ps whose PID is one of these; empty when it fails. */
  private static Optional<String> list(List<String> options, Set<Long> pids)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("ps"));
    words.addAll(options);
    Process ps = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Table table = new Table();
    try (BufferedReader lines = ps.inputReader()) {
      String heading = lines.readLine();
      if (heading == null) {
        return Optional.empty();
      }
      List<String> titles = List.of(heading.strip().split("\\s+"));
      int pid = titles.indexOf("PID");
      if (pid < 0) {
        throw EngineVerb.failure("Couldn't find PID field in ps output");
      }
      table.row(titles);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.strip().split("\\s+", titles.size());
        if (fields.length > pid && pids.contains(number(fields[pid]))) {
          table.row(fields);
        }
      }
    }
    return ps.waitFor() == 0 ? Optional.of(table.toString()) : Optional.empty();
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
