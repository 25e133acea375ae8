package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong with containers: docker's exit codes and its words. */
@EndToEnd(needs = "script")
final class ContainerTroubleTest {
  @Test
  void anImageWithoutAShell(Jbuild jbuild, Folder context) {
    context.dockerfile(
        "FROM busybox AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /busybox\n");
    jbuild.check("build", "-q", "-t", "shellless", context);
    String none = "exec: \"sh\": executable file not found in $PATH";

    Outcome run = jbuild.run("run", "--rm", "shellless", "sh");
    assertThat(run.code()).isEqualTo(127);
    assertThat(run.err()).contains(none);
    jbuild.check("run", "-d", "--name", "bare", "shellless", "/busybox", "sleep", "1000");
    try {
      Outcome exec = jbuild.run("exec", "bare", "sh");
      assertThat(exec.code()).isEqualTo(127);
      assertThat(exec.err()).contains(none);
      assertThat(jbuild.run("exec", "bare", "/busybox", "true").code()).isZero();
    } finally {
      jbuild.check("rm", "-f", "bare");
    }
  }

  @Test
  void oneThatIsRemovedEndsWithThoseInFrontOfIt(Jbuild jbuild) throws Exception {
    String say = "echo ready; exec sleep 1000";
    try (Running first =
        jbuild.command("run", "--name", "doomed", "busybox", "sh", "-c", say).start()) {
      RunTest.awaitLine(first, "ready");
      try (Running second = jbuild.command("attach", "doomed").start()) {
        // Attached when the supervisor knows of it.
        while (!jbuild.check("events", "--since", "1h", "--until", "0s").out().contains("attach")) {
          Thread.sleep(50);
        }
        jbuild.check("rm", "-f", "doomed");
        assertThat(first.await().code()).isEqualTo(137);
        assertThat(second.await().code()).isEqualTo(137);
      }
    }
    assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
  }

  @Test
  void removedTwiceAtOnceItIsGoneOnce(Jbuild jbuild) {
    for (int round = 0; round < 3; round++) {
      jbuild.check("run", "-d", "--name", "twice", "busybox", "sleep", "1000");
      List<Running> removals =
          List.of(
              jbuild.command("rm", "-f", "twice").start(),
              jbuild.command("rm", "-f", "twice").start());
      List<Outcome> ends = removals.stream().map(Running::await).toList();

      assertThat(ends).anyMatch(end -> end.code() == 0 && end.out().equals("twice\n"));
      assertThat(ends)
          .allMatch(end ->
              end.err().isEmpty()
                  || end.err().contains("removal of container twice is already in progress")
                  || end.err().contains("No such container: twice"));
      assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
    }
    assertThat(jbuild.store().resolve("containers")).isEmptyDirectory();
  }

  @Test
  void whatIsNotThereIsNoFailureByForce(Jbuild jbuild) {
    assertThat(jbuild.run("rm", "nobody").code()).isEqualTo(1);
    Outcome forced = jbuild.run("rm", "-f", "nobody");
    assertThat(forced.code()).isZero();
    assertThat(forced.err()).contains("No such container: nobody");
    assertThat(forced.out()).isEmpty();
  }

  @Test
  void aFullDiskTakesLinesOfTheLogAndNothingElse(Jbuild jbuild, Folder folder) throws Exception {
    String print = "seq 100000; echo done > /done; exit 5";
    String id = jbuild.check("create", "busybox", "sh", "-c", print).out().strip();
    Path small = Files.createDirectory(folder.path().resolve("small"));
    Path log = Files.createFile(jbuild.store().resolve("containers").resolve(id).resolve("log"));
    Command.of("mount", "-t", "tmpfs", "-o", "size=64k", "small", small).check();
    try {
      Files.createFile(small.resolve("log"));
      Command.of("mount", "--bind", small.resolve("log"), log).check();
      assertThat(jbuild.run("start", "-a", id).code()).isEqualTo(5);
      assertThat(jbuild.check("diff", id).out()).contains("A /done");

      Outcome logs = jbuild.check("logs", id);
      List<String> kept = logs.out().lines().toList();
      assertThat(kept).hasSizeBetween(100, 99_999).startsWith("1", "2", "3");
      assertThat(kept).allMatch(line -> line.equals(Integer.toString(Integer.parseInt(line))));
      assertThat(logs.err()).contains("the disk was full").contains("lines of this log are lost");
    } finally {
      Command.of("umount", log).run();
      Command.of("umount", small).check();
      jbuild.check("rm", "-f", id);
    }
  }

  /** Runs a command on a terminal and types keys when it has shown something. */
  private static Outcome typing(
      Jbuild jbuild, Folder folder, String shown, String keys, String... words) {
    Path seen = folder.path().resolve("typescript");
    String type =
        "rm -f %2$s; (until grep -q '^%1$s' %2$s; do sleep 0.1; done; printf '%3$s'; sleep 2) 2>/dev/null"
            .formatted(shown, seen, keys);
    return Command.of(
            "sh",
            "-c",
            type
                + " | script -qefc \""
                + jbuild.launcher()
                + " "
                + String.join(" ", words)
                + "\" "
                + seen)
        .with("JBUILD_ROOT", jbuild.store())
        .with("JBUILD_REGISTRIES", jbuild.registries().orElseThrow())
        .with("JBUILD_REBUILD", "never")
        .with("JBUILD_AOT", System.getenv().getOrDefault("JBUILD_AOT", "wait"))
        .within(Duration.ofSeconds(60))
        .run();
  }

  @Test
  void keysDetachAndTheContainerGoesOn(Jbuild jbuild, Folder folder) {
    String say = "sh -c 'while :; do echo here; sleep 0.2; done'";
    try {
      Outcome run =
          typing(jbuild, folder, "here", "\\020\\021", "run -it --name stays busybox", say);
      assertThat(run.code()).as(run.toString()).isZero();
      Outcome attach = typing(jbuild, folder, "here", "\\020\\021", "attach stays");
      assertThat(attach.code()).isEqualTo(1);
      assertThat(attach.out()).contains("read escape sequence");
      Outcome keys = typing(jbuild, folder, "here", "xy", "attach --detach-keys x,y stays");
      assertThat(keys.out()).contains("read escape sequence");
      Outcome start =
          typing(jbuild, folder, "here", "\\001", "start -ai --detach-keys ctrl-a stays");
      assertThat(start.out()).contains("here");
      assertThat(jbuild.check("ps", "--format", "{{.Names}}").out()).isEqualTo("stays\n");
    } finally {
      jbuild.check("rm", "-f", "stays");
    }
  }

  @Test
  void keysLeaveACommandBesideAndItGoesOn(Jbuild jbuild, Folder folder) {
    jbuild.check("run", "-d", "--name", "host", "busybox", "sleep", "1000");
    try {
      String say = "sh -c 'echo here; exec sleep 777'";
      for (String[] way : new String[][] {{"\\020\\021", ""}, {"\\005", "--detach-keys ctrl-e"}}) {
        Outcome exec = typing(jbuild, folder, "here", way[0], "exec -it", way[1], "host", say);
        assertThat(exec.code()).as(exec.toString()).isEqualTo(1);
        assertThat(exec.out()).contains("read escape sequence");
      }
      assertThat(jbuild.check("top", "host", "-o", "pid,args").out().lines())
          .filteredOn(line -> line.endsWith("sleep 777"))
          .hasSize(2);
      // What holds their terminals is outside, where the container can't look into it.
      assertThat(jbuild.check("exec", "host", "ps", "-o", "args").out().lines())
          .containsExactly("COMMAND", "sleep 1000", "sleep 777", "sleep 777", "ps -o args");
    } finally {
      jbuild.check("rm", "-f", "host");
    }
  }

  @Test
  void keysThatAreNoneAreRefused(Jbuild jbuild) {
    Outcome run = jbuild.run("run", "--detach-keys", "ctrl-p,foo", "busybox", "true");
    assertThat(run.code()).isEqualTo(125);
    assertThat(run.err()).contains("invalid detach keys (ctrl-p,foo): Unknown character: 'foo'");
  }

  @Test
  void aPortInUse(Jbuild jbuild) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      String port = Integer.toString(taken.getLocalPort());
      Outcome run =
          jbuild.run("run", "-d", "--name", "late", "-p", port + ":80", "busybox", "sleep", "9");
      String id = jbuild.check("ps", "-aq", "--no-trunc").out().strip();
      assertThat(run.code()).isEqualTo(125);
      assertThat(run.out()).as("as docker, for who notes ids").isEqualTo(id + "\n");
      assertThat(run.err())
          .contains("driver failed programming external connectivity on endpoint late (" + id + ")")
          .contains(port)
          .contains("port is already allocated");
      assertThat(jbuild.check("ps", "-a", "--format", "{{.Status}}").out()).isEqualTo("Created\n");
    } finally {
      jbuild.check("rm", "-f", "late");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--network nowhere | 125 | failed to set up container networking: network nowhere not found",
        "-u nobody-here | 125 | unable to find user nobody-here: no matching entries in passwd file",
        "-u 0:no-group | 125 | unable to find group no-group: no matching entries in group file",
        "-w /etc/passwd | 125 | /etc/passwd",
        "--entrypoint /etc | 126 | exec: \"/etc\": is a directory: permission denied",
        "--entrypoint /etc/passwd | 126 | exec: \"/etc/passwd\": permission denied",
        "--entrypoint /nope | 127 | exec: \"/nope\": stat /nope: no such file or directory",
      })
  void whatCannotBeStarted(String flags, int code, String text, Jbuild jbuild) {
    String[] flag = flags.split(" ");
    Outcome run = jbuild.run("run", "--rm", flag[0], flag[1], "busybox", "true");

    assertThat(run.code()).isEqualTo(code);
    assertThat(run.err()).contains(text).startsWith("jbuild: Error response from daemon: ");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
  }
}
