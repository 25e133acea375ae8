package dev.jbuild.cli;

import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.Logs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Shows what a container has printed. */
final class LogsVerb implements EngineVerb {
  private final String name;

  LogsVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "CONTAINER", "Fetch the logs of a container")
        .flag("-f --follow", "Go on until the container ends")
        .value("--since", "time", "Only lines from then on, e.g. 10m or 2026-01-02T15:04:05")
        .value("--until", "time", "Only lines until then")
        .value("-n --tail", "lines", "Only so many lines from the end, or all")
        .flag("-t --timestamps", "With times")
        .flag("--details", "With the labels, variables and tag that --log-opt chose")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException, InterruptedException {
    Container container = session.parts().containers().find(arguments.operand(0));
    Logs.Wish wish =
        new Logs.Wish(
            arguments.value("--since").map(Times::parse),
            arguments.value("--until").map(Times::parse),
            tail(arguments.value("--tail").orElse("all")),
            arguments.flag("--follow"));
    if (container.hostConfig().object("LogConfig").text("Type").orElse("").equals("none")) {
      throw new CommandException("configured logging driver does not support reading", 1);
    }
    String details = arguments.flag("--details") ? LogDetails.of(container) + " " : "";
    Logs.read(container, wish, new Printer(session, arguments.flag("--timestamps"), details));
    long lost = container.state().lostLines();
    if (lost > 0) {
      session.out().flush();
      session
          .err()
          .println("jbuild: the disk was full: at least " + lost + " lines of this log are lost");
    }
    return 0;
  }

  private static long tail(String text) {
    try {
      return text.equals("all") ? -1 : Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new UsageException("invalid --tail: " + text + ": write a number or all");
    }
  }

  /** Prints each stream on its own. */
  private static final class Printer implements Logs.Sink {
    private final Session session;
    private final boolean times;
    private final byte[] details;
    private boolean inLine;
    private boolean lastStderr;

    Printer(Session session, boolean times, String details) {
      this.session = session;
      this.times = times;
      this.details = details.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void line(boolean stderr, String time, byte[] text, boolean whole) throws IOException {
      PrintStream to = stderr ? session.err() : session.out();
      if (stderr != lastStderr) {
        // On one terminal they stay in order.
        pause();
        lastStderr = stderr;
      }
      if (times && !inLine) {
        to.write((time + " ").getBytes(StandardCharsets.US_ASCII));
      }
      if (!inLine) {
        to.write(details);
      }
      to.write(text);
      if (whole) {
        to.write('\n');
      }
      inLine = !whole;
    }

    @Override
    public void pause() {
      session.out().flush();
      session.err().flush();
    }
  }
}
