package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Residue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many at once, and what is left of them: nothing. bench/leaks does it with more. */
@EndToEnd(needs = {"ip", "nft", "pgrep"})
final class ManyContainersTest {
  private static final int MANY = 12;

  @Test
  void startedAndRemovedAtOnceTheyLeaveNothing(Jbuild jbuild) throws Exception {
    jbuild.check("network", "create", "crowd");
    try {
      jbuild.check("run", "--rm", "--network", "crowd", "busybox", "true");
      Set<String> before = traces(jbuild);
      for (int round = 0; round < 2; round++) {
        start(jbuild);
        assertThat(jbuild.check("ps", "-q").out().lines()).hasSize(MANY);
        removeAll(jbuild);
      }
      assertThat(left(jbuild, before)).isEmpty();
    } finally {
      removeAll(jbuild);
      jbuild.check("network", "rm", "crowd");
    }
  }

  /** As after a power cut: nobody had time to say anything. */
  @Test
  void killedAtOnceTheyAreKnownAsDeadAndStartAgain(Jbuild jbuild) throws Exception {
    jbuild.check("network", "create", "crowd");
    try {
      jbuild.check("run", "--rm", "--network", "crowd", "busybox", "true");
      Set<String> before = traces(jbuild);
      start(jbuild);
      for (String pid : Command.of("pgrep", "-f", jbuild.store()).check().out().lines().toList()) {
        Command.of("kill", "-KILL", pid).run();
      }
      assertThat(jbuild.check("ps", "-a", "--format", "{{.Status}}").out().lines())
          .hasSize(MANY)
          .allMatch(status -> status.startsWith("Exited (137)"));
      jbuild.check("start", "crowd-0");
      assertThat(jbuild.check("exec", "crowd-0", "nslookup", "crowd-0").out())
          .contains("127.0.0.11");
      removeAll(jbuild);
      assertThat(left(jbuild, before)).isEmpty();
    } finally {
      removeAll(jbuild);
      jbuild.check("network", "rm", "crowd");
    }
  }

  private static void start(Jbuild jbuild) {
    List<Running> starts = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      starts.add(
          jbuild
              .command(
                  "run",
                  "-d",
                  "--name",
                  "crowd-" + i,
                  "--network",
                  "crowd",
                  "-p",
                  "80",
                  "busybox",
                  "sleep",
                  "1000")
              .start());
    }
    starts.forEach(start -> assertThat(start.await().code()).isZero());
  }

  private static void removeAll(Jbuild jbuild) {
    List<Running> removals = new ArrayList<>();
    for (String id : jbuild.check("ps", "-aq").out().lines().toList()) {
      removals.add(jbuild.command("rm", "-f", id).start());
    }
    removals.forEach(Running::await);
    assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
  }

  private static Set<String> left(Jbuild jbuild, Set<String> before)
      throws IOException, InterruptedException {
    Residue.of(jbuild.store()).find();
    Set<String> left = traces(jbuild);
    left.removeAll(before);
    return left;
  }

  /** What containers of this store are, besides processes and mounts. */
  private static Set<String> traces(Jbuild jbuild) throws IOException, InterruptedException {
    Set<String> traces = new TreeSet<>(Residue.of(jbuild.store()).find());
    String network = jbuild.check("network", "ls", "-q", "--filter", "name=crowd").out().strip();
    String bridge = "jb-" + network;
    Command.of("ip", "-o", "link", "show", "master", bridge)
        .run()
        .out()
        .lines()
        .forEach(traces::add);
    for (String line : Command.of("nft", "list", "ruleset").check().out().lines().toList()) {
      if (line.contains(bridge)) {
        traces.add(line.strip());
      }
    }
    try (Stream<Path> files = Files.walk(jbuild.store())) {
      files
          .map(jbuild.store()::relativize)
          .map(Path::toString)
          .filter(name -> name.startsWith("containers/") || name.startsWith("networks/"))
          .forEach(traces::add);
    }
    return traces;
  }
}
