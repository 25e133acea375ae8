package dev.jbuild.cli;

import dev.jbuild.cli.format.Listing;
import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.progress.Terminal;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.engine.container.Processes;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what containers use. */
final class StatsVerb implements EngineVerb {
  private static final long SAMPLE_MILLIS = 500;
  private static final long KIB = 1024;

  private final String name;

  StatsVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "[CONTAINER...]", "Display what containers use, again and again")
        .flag("-a --all", "Also those that do not run")
        .value("--format", "template", "\"table TEMPLATE\", \"json\" or a Go template")
        .flag("--no-stream", "Only once")
        .flag("--no-trunc", "Show ids in full")
        .operands(0, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean once = arguments.flag("--no-stream");
    boolean terminal = Terminal.isTerminal(1);
    do {
      Map<Container, Processes.Use> before = measure(arguments, session);
      Thread.sleep(SAMPLE_MILLIS);
      String text = print(arguments, before);
      if (!once && terminal) {
        session.out().print("\033[H\033[J");
      }
      session.out().print(text);
      session.out().flush();
    } while (!once);
    return 0;
  }

  private static Map<Container, Processes.Use> measure(Arguments arguments, Session session)
      throws IOException {
    List<Container> wanted = new ArrayList<>();
    for (String operand : arguments.operands()) {
      wanted.add(session.parts().containers().find(operand));
    }
    if (wanted.isEmpty()) {
      for (Container container : session.parts().containers().all()) {
        if (arguments.flag("--all") || container.state().running()) {
          wanted.add(container);
        }
      }
    }
    Map<Container, Processes.Use> uses = new LinkedHashMap<>();
    for (Container container : wanted) {
      uses.put(container, Processes.use(container));
    }
    return uses;
  }

  private static String print(Arguments arguments, Map<Container, Processes.Use> before)
      throws IOException {
    Listing listing =
        new Listing()
            .column("ID", "CONTAINER ID")
            .column("Name", "NAME")
            .column("CPUPerc", "CPU %")
            .column("MemUsage", "MEM USAGE / LIMIT")
            .column("MemPerc", "MEM %")
            .column("NetIO", "NET I/O")
            .column("BlockIO", "BLOCK I/O")
            .column("PIDs", "PIDS")
            .field("Container", "CONTAINER");
    for (Map.Entry<Container, Processes.Use> entry : before.entrySet()) {
      listing.row(row(entry.getKey(), entry.getValue(), arguments.flag("--no-trunc")));
    }
    return listing.print(arguments.value("--format").orElse(""));
  }

  private static Json.Obj row(Container container, Processes.Use before, boolean whole)
      throws IOException {
    ContainerState state = container.state();
    Processes.Use now = Processes.use(container);
    long spent = Math.max(0, now.cpuNanos() - before.cpuNanos());
    long machine = memory();
    boolean limited = Processes.haveMemoryLimit(container);
    long limit =
        container.hostConfig().number("Memory").filter(m -> limited && m > 0).orElse(machine);
    long[] net = network(state);
    return Json.obj()
        .with("ID", whole ? container.id() : container.shortId())
        .with("Container", container.shortId())
        .with("Name", container.name())
        .with("CPUPerc", percent(spent, SAMPLE_MILLIS * 1_000_000))
        .with("MemUsage", Sizes.binary(now.memory()) + " / " + Sizes.binary(limit))
        .with("MemPerc", percent(now.memory(), limit))
        .with("NetIO", Sizes.human(net[0]) + " / " + Sizes.human(net[1]))
        .with("BlockIO", Sizes.human(now.read()) + " / " + Sizes.human(now.written()))
        .with("PIDs", Integer.toString(now.count()));
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.2f%%", whole == 0 ? 0.0 : 100.0 * part / whole);
  }

  private static long memory() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
      }
    }
    return 0;
  }

  /** Received and sent, by all devices but the loopback. */
  private static long[] network(ContainerState state) throws IOException {
    long[] sum = new long[2];
    Path file = Path.of("/proc/" + state.pid() + "/net/dev");
    if (state.pid() <= 0 || !Files.exists(file)) {
      return sum;
    }
    for (String line : Files.readAllLines(file)) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
        String[] fields = line.substring(colon + 1).strip().split("\\s+");
        sum[0] += Long.parseLong(fields[0]);
        sum[1] += Long.parseLong(fields[8]);
      }
    }
    return sum;
  }
}
