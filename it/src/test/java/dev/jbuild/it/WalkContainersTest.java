package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a learner of containers types after the first build, in the order of the tutorials. */
@EndToEnd
final class WalkContainersTest {
  private static final String SERVE = "httpd -f -p 80 -h /srv";

  /** A port that nobody has; somebody may take it before we do, which the test then says. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String get(int port) throws IOException, InterruptedException {
    IOException last = new IOException("never tried");
    for (int i = 0; i < 100; i++) {
      try (InputStream body = URI.create("http://127.0.0.1:" + port + "/").toURL().openStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException notYet) {
        last = notYet;
        Thread.sleep(100);
      }
    }
    throw last;
  }

  @Test
  void anAppIsBuiltListedRunOnAPortStoppedAndRemoved(Jbuild jbuild, Folder context)
      throws Exception {
    int port = freePort();
    context
        .file("index.html", "getting started\n")
        .dockerfile("FROM busybox\nCOPY index.html /srv/\nEXPOSE 80\nCMD " + SERVE + "\n");
    jbuild.check("build", "-t", "getting-started", context);
    assertThat(jbuild.check("images", "getting-started").out().lines().findFirst())
        .hasValueSatisfying(heading ->
            assertThat(heading.split(" {2,}"))
                .containsExactly("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"));

    String id =
        jbuild.check("run", "-dp", port + ":80", "--name", "app", "getting-started").out().strip();
    try {
      assertThat(id).matches("[0-9a-f]{64}");
      assertThat(get(port)).isEqualTo("getting started\n");
      List<String> lines = jbuild.check("ps").out().lines().toList();
      assertThat(lines.getFirst().split(" {2,}"))
          .containsExactly(
              "CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
      assertThat(lines.get(1))
          .startsWith(id.substring(0, 12))
          .contains("getting-started", "Up ", "0.0.0.0:" + port + "->80/tcp")
          .endsWith("app");
      assertThat(jbuild.run("rm", "app").err()).contains("stop the container before removing");
      assertThat(jbuild.check("stop", "-t", "1", id.substring(0, 5)).out())
          .isEqualTo(id.substring(0, 5) + "\n");
      assertThat(jbuild.check("ps", "-q").out()).isEmpty();
      assertThat(jbuild.check("ps", "-a", "--format", "{{.Status}}").out()).startsWith("Exited (");
      jbuild.check("start", "app");
      assertThat(get(port)).isEqualTo("getting started\n");
    } finally {
      assertThat(jbuild.check("rm", "-f", "app").out()).isEqualTo("app\n");
    }
    assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
  }

  @Test
  void whatAContainerWritesIsItsOwn(Jbuild jbuild) {
    String write = "echo 4711 > /data.txt; exec tail -f /dev/null";
    String id = jbuild.check("run", "-d", "busybox", "sh", "-c", write).out().strip();
    try {
      assertThat(jbuild.check("exec", id, "cat", "/data.txt").out()).isEqualTo("4711\n");
      assertThat(jbuild.run("run", "--rm", "busybox", "cat", "/data.txt").code()).isEqualTo(1);
      assertThat(jbuild.check("diff", id).out()).isEqualTo("A /data.txt\n");
      assertThat(jbuild.run("exec", id, "no-such-program").code()).isEqualTo(127);
      assertThat(jbuild.run("exec", id, "sh", "-c", "exit 9").code()).isEqualTo(9);
    } finally {
      jbuild.check("rm", "-f", id);
    }
    Outcome gone = jbuild.run("exec", id, "true");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err()).contains("No such container: " + id);
  }

  @Test
  void aVolumeKeepsItsDataAcrossContainers(Jbuild jbuild) {
    assertThat(jbuild.check("volume", "create", "todo-db").out()).isEqualTo("todo-db\n");
    try {
      jbuild.check(
          "run",
          "--rm",
          "-v",
          "todo-db:/etc/todos",
          "busybox",
          "sh",
          "-c",
          "echo milk > /etc/todos/list");
      assertThat(
              jbuild.check("run", "--rm", "-v", "todo-db:/d:ro", "busybox", "cat", "/d/list").out())
          .isEqualTo("milk\n");
      assertThat(jbuild.run("run", "--rm", "-v", "todo-db:/d:ro", "busybox", "touch", "/d/x").err())
          .contains("Read-only file system");
      assertThat(jbuild.check("volume", "inspect", "todo-db").out())
          .contains("CreatedAt", "Driver", "Labels", "Mountpoint", "Name", "Options", "Scope");
      String user = jbuild.check("create", "-v", "todo-db:/d", "busybox", "true").out().strip();
      Outcome used = jbuild.run("volume", "rm", "todo-db");
      assertThat(used.code()).isEqualTo(1);
      assertThat(used.err()).contains("volume is in use - [" + user + "]");
      jbuild.check("rm", user);
    } finally {
      jbuild.check("volume", "rm", "todo-db");
    }
    assertThat(jbuild.check("volume", "ls", "-q").out()).isEmpty();
  }

  @Test
  void filesAreCopiedIntoARunningServerAndThePageChanges(Jbuild jbuild, Folder context)
      throws Exception {
    int port = freePort();
    context.file("index.html", "mine\n");
    jbuild.check(
        "run",
        "-d",
        "--name",
        "my-server",
        "-p",
        port + ":80",
        "busybox",
        "sh",
        "-c",
        "mkdir -p /srv; echo theirs > /srv/index.html; exec " + SERVE);
    try {
      assertThat(get(port)).isEqualTo("theirs\n");
      jbuild.check("cp", context.path().resolve("index.html"), "my-server:/srv/index.html");
      assertThat(get(port)).isEqualTo("mine\n");
      jbuild.check("cp", "my-server:/etc/hosts", context.path().resolve("hosts"));
      assertThat(context.path().resolve("hosts")).content().startsWith("127.0.0.1\tlocalhost\n");
      jbuild.check("stop", "-t", "0", "my-server");
      jbuild.check("cp", "my-server:/srv/.", context.path().resolve("out"));
      assertThat(context.path().resolve("out/index.html")).hasContent("mine\n");
      assertThat(jbuild.run("cp", "my-server:/nope", context).err())
          .contains("Could not find the file /nope in container my-server");
    } finally {
      jbuild.check("rm", "-f", "my-server");
    }
  }

  @Test
  void aBindMountIsLive(Jbuild jbuild, Folder context) throws Exception {
    context.file("source", "one\n");
    String id =
        jbuild
            .check("run", "-d", "-v", context + ":/app", "-w", "/app", "busybox", "sleep", "1000")
            .out()
            .strip();
    try {
      Files.writeString(context.path().resolve("source"), "two\n");
      assertThat(jbuild.check("exec", id, "cat", "source").out()).isEqualTo("two\n");
      jbuild.check("exec", id, "sh", "-c", "echo three > made");
      assertThat(context.path().resolve("made")).hasContent("three\n");
    } finally {
      jbuild.check("rm", "-f", id);
    }
  }

  @Test
  void anAppFindsItsDatabaseByItsAlias(Jbuild jbuild) {
    jbuild.check("network", "create", "todo-app");
    try {
      jbuild.check(
          "run",
          "-d",
          "--name",
          "db",
          "--network",
          "todo-app",
          "--network-alias",
          "mysql",
          "busybox",
          "sh",
          "-c",
          "mkdir -p /srv; echo rows > /srv/index.html; exec " + SERVE);
      assertThat(
              jbuild
                  .check(
                      "run",
                      "--rm",
                      "--network",
                      "todo-app",
                      "busybox",
                      "sh",
                      "-c",
                      "until wget -qO- http://mysql/ 2>/dev/null; do sleep 0.2; done; nslookup mysql")
                  .out())
          .startsWith("rows\n")
          .contains("127.0.0.11");
      assertThat(jbuild.run("run", "--rm", "busybox", "wget", "-qO-", "http://db/").err())
          .contains("bad address 'db'");
    } finally {
      jbuild.run("rm", "-f", "db");
      jbuild.check("network", "rm", "todo-app");
    }
  }

  @Test
  void logsAreKeptApartAndFollowed(Jbuild jbuild) {
    String print = "echo one; echo two >&2; sleep 1; echo three";
    String id = jbuild.check("run", "-d", "busybox", "sh", "-c", print).out().strip();
    try {
      Outcome followed = jbuild.check("logs", "-f", id);
      assertThat(followed.out()).isEqualTo("one\nthree\n");
      assertThat(followed.err()).isEqualTo("two\n");
      assertThat(jbuild.check("logs", "--tail", "1", id).out()).isEqualTo("three\n");
      assertThat(jbuild.check("logs", "-t", "-n", "1", id).out())
          .matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{9}Z three\n");
      assertThat(jbuild.check("wait", id).out()).isEqualTo("0\n");
    } finally {
      jbuild.check("rm", id);
    }
  }

  @Test
  void aRestartPolicyAndAHealthCheckDoWhatTheySay(Jbuild jbuild) throws Exception {
    jbuild.check(
        "run",
        "-d",
        "--name",
        "failing",
        "--restart",
        "on-failure:2",
        "busybox",
        "sh",
        "-c",
        "echo try; exit 4");
    jbuild.check(
        "run",
        "-d",
        "--name",
        "checked",
        "--health-cmd",
        "test -e /ok",
        "--health-interval",
        "200ms",
        "busybox",
        "sh",
        "-c",
        "touch /ok; exec sleep 1000");
    try {
      assertThat(jbuild.check("wait", "failing").out()).isEqualTo("4\n");
      assertThat(jbuild.check("inspect", "-f", "{{.RestartCount}}", "failing").out())
          .isEqualTo("2\n");
      assertThat(jbuild.check("logs", "failing").out()).isEqualTo("try\ntry\ntry\n");
      String health = "";
      for (int i = 0; i < 50 && !health.equals("healthy\n"); i++) {
        health = jbuild.check("inspect", "-f", "{{.State.Health.Status}}", "checked").out();
        Thread.sleep(100);
      }
      assertThat(health).isEqualTo("healthy\n");
      assertThat(jbuild.check("ps", "--format", "{{.Status}}").out()).contains("(healthy)");
    } finally {
      jbuild.check("rm", "-f", "failing", "checked");
    }
  }

  @Test
  void aNameIsTakenOnce(Jbuild jbuild) {
    String id = jbuild.check("create", "--name", "only-one", "busybox", "true").out().strip();
    try {
      Outcome second = jbuild.run("run", "--name", "only-one", "busybox", "true");
      assertThat(second.code()).isEqualTo(125);
      assertThat(second.err())
          .contains(
              "Conflict. The container name \"/only-one\" is already in use by container \"" + id);
      jbuild.check("rename", "only-one", "another");
      jbuild.check("run", "--rm", "--name", "only-one", "busybox", "true");
    } finally {
      jbuild.check("rm", "another");
    }
  }
}
