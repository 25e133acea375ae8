package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts have come to rely on, as docker 28 answers it. */
@EndToEnd
final class ContainerHabitsTest {
  private static final String ACTIONS = "{{.Type}} {{.Action}}";

  private static List<String> events(Jbuild jbuild, String... filters) {
    Command events =
        jbuild.command("events", "--since", "1h", "--until", "0s", "--format", ACTIONS);
    for (String filter : filters) {
      events = events.and("--filter", filter);
    }
    return events.check().out().lines().toList();
  }

  @Test
  void eventsTellOfNetworksVolumesAndTheEndOfACommandBeside(Jbuild jbuild) throws Exception {
    jbuild.check("network", "create", "told");
    try {
      jbuild.check(
          "run",
          "-d",
          "--name",
          "teller",
          "--network",
          "told",
          "-v",
          "told:/d",
          "busybox",
          "sleep",
          "99");
      jbuild.check("exec", "-d", "teller", "sh", "-c", "exit 7");
      String died = "";
      for (int i = 0; i < 100 && died.isEmpty(); i++) {
        Thread.sleep(20);
        died =
            jbuild
                .check(
                    "events",
                    "--since=1h",
                    "--until=0s",
                    "--filter=event=exec_die",
                    "--format={{.Actor.Attributes.exitCode}}")
                .out();
      }
      assertThat(died).isEqualTo("7\n");
      // Nobody is left who has not been waited for.
      assertThat(jbuild.check("top", "teller").out()).doesNotContain("defunct");
      jbuild.check("kill", "teller");
      jbuild.check("wait", "teller");
      assertThat(events(jbuild, "type=network")).contains("network connect", "network disconnect");
      assertThat(events(jbuild, "volume=told"))
          .containsExactly("volume create", "volume mount", "volume unmount");
    } finally {
      jbuild.run("rm", "-f", "teller");
      jbuild.run("network", "rm", "told");
      jbuild.run("volume", "rm", "told");
    }
  }

  @Test
  void scriptsFindWhatNobodyAskedFor(Jbuild jbuild) {
    jbuild.check(
        "create",
        "--name",
        "plain",
        "--cap-add",
        "net_admin",
        "-m",
        "64m",
        "--annotation",
        "a=b",
        "busybox",
        "sh",
        "-c",
        "echo a b");
    try {
      String format =
          "{{.HostConfig.NetworkMode}} {{.HostConfig.MemorySwap}} {{.HostConfig.CpuShares}}"
              + " {{json .HostConfig.PidsLimit}} {{.HostConfig.CapAdd}} {{json .HostConfig.CapDrop}}"
              + " {{.HostConfig.Annotations.a}} {{len .HostConfig.MaskedPaths}}";
      assertThat(jbuild.check("inspect", "-f", format, "plain").out())
          .isEqualTo("bridge 134217728 0 null [CAP_NET_ADMIN] null b 12\n");
      assertThat(jbuild.check("inspect", "-s", "-f", "{{.SizeRw}}", "plain").out())
          .isEqualTo("0\n");
      assertThat(jbuild.check("inspect", "--type", "network", "-f", "{{.Name}}", "bridge").out())
          .isEqualTo("bridge\n");
      assertThat(jbuild.check("ps", "-as", "--format", "{{.Command}} {{.Size}}").out())
          .startsWith("\"sh -c 'echo a b'\" 0B (virtual ");
    } finally {
      jbuild.check("rm", "plain");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--dns nowhere | IP address is not correctly formatted",
        "--ipc foo | invalid IPC mode: foo",
        "--pid foo | invalid PID mode",
        "--cgroupns foo | invalid CGROUP mode",
        "--runtime foo | unknown or invalid runtime name: foo",
        "--gpus all | could not select device driver",
        "--storage-opt size=1G | --storage-opt is supported only for",
        "--log-opt foo=bar | unknown log opt 'foo'",
        "--log-opt max-size=abc | invalid size: 'abc'",
        "--health-retries -1 | --health-retries cannot be negative",
        "--network-alias web | network-scoped aliases are only supported for user-defined networks",
        "--ip 1.2.3.4 | user specified IP address is supported on user defined networks only",
        "--device-read-bps /dev/nope:1mb | /dev/nope: no such device",
        "--oom-score-adj 5000 | -1000 to 1000",
        "--use-api-socket=true | there is no daemon",
      })
  void whatCannotBeHadIsRefused(String flags, String text, Jbuild jbuild) {
    String[] flag = flags.split(" ");
    Outcome run = jbuild.command("run", "--rm").and((Object[]) flag).and("busybox", "true").run();

    assertThat(run.code()).isEqualTo(125);
    assertThat(run.err()).contains(text);
    assertThat(jbuild.check("ps", "-aq").out()).isEmpty();
  }

  @Test
  void anUpdateReachesWhatHadNoLimits(Jbuild jbuild) throws Exception {
    assumeThat(Path.of("/sys/fs/cgroup/pids")).as("cgroups of version 1").isDirectory();
    jbuild.check("run", "-d", "--name", "free", "--restart", "always", "busybox", "sleep", "99");
    try {
      Outcome nothing = jbuild.run("update", "free");
      assertThat(nothing.code()).isEqualTo(1);
      assertThat(nothing.err()).contains("you must provide one or more flags");
      jbuild.check("update", "--pids-limit", "20", "free");
      Path limited = pids(jbuild);
      assertThat(Files.readString(limited.resolve("pids.max"))).isEqualTo("20\n");
      // Started again by its supervisor, it is still in there.
      String before = jbuild.check("inspect", "-f", "{{.State.Pid}}", "free").out();
      Command.of("kill", "-KILL", before.strip()).check();
      String now = before;
      for (int i = 0; i < 200 && (now.equals(before) || now.equals("0\n")); i++) {
        Thread.sleep(20);
        now = jbuild.check("inspect", "-f", "{{.State.Pid}}", "free").out();
      }
      assertThat(pids(jbuild)).isEqualTo(limited);
    } finally {
      jbuild.check("rm", "-f", "free");
    }
  }

  private static Path pids(Jbuild jbuild) throws Exception {
    String pid = jbuild.check("inspect", "-f", "{{.State.Pid}}", "free").out().strip();
    try (Stream<String> lines = Files.lines(Path.of("/proc", pid, "cgroup"))) {
      String line = lines.filter(l -> l.contains(":pids:")).findFirst().orElseThrow();
      return Path.of("/sys/fs/cgroup/pids" + line.substring(line.lastIndexOf(':') + 1));
    }
  }

  @Test
  void aVolumeIsInMemoryOrAFolderOfTheHost(Jbuild jbuild, Folder folder) {
    folder.file("there", "yes\n");
    jbuild.check("volume", "create", "-o", "type=tmpfs", "-o", "o=size=1m,uid=33", "memory");
    jbuild.check(
        "volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=" + folder, "ours");
    try {
      String look = "stat -c %u /m; grep -c 'tmpfs /m .*size=1024k' /proc/mounts; cat /o/there";
      assertThat(
              jbuild
                  .check(
                      "run",
                      "--rm",
                      "-v",
                      "memory:/m",
                      "-v",
                      "ours:/o",
                      "busybox",
                      "sh",
                      "-c",
                      look)
                  .out())
          .isEqualTo("33\n1\nyes\n");
      Outcome other = jbuild.run("volume", "create", "-o", "type=nfs", "-o", "device=:/x", "far");
      assertThat(other.code()).isEqualTo(1);
      assertThat(other.err()).contains("\"nfs\" are not supported: mount it on the host");
    } finally {
      jbuild.check("volume", "rm", "memory", "ours");
    }
    assertThat(Path.of(folder + "/there")).isRegularFile();
  }

  @Test
  void aCopyGoesWhereALinkPointsAndToNoFolderThatIsNotThere(Jbuild jbuild, Folder folder) {
    folder.file("new", "new\n");
    jbuild.check(
        "run",
        "-d",
        "--name",
        "copied",
        "busybox",
        "sh",
        "-c",
        "mkdir /d; echo old >/d/f; ln -s f /d/link; ln -s loop /d/loop; ln -s ../../host /d/up; sleep 99");
    try {
      jbuild.check("exec", "copied", "sh", "-c", "while ! [ -L /d/up ]; do sleep .1; done");
      jbuild.check("cp", folder + "/new", "copied:/d/link");
      jbuild.check("cp", folder + "/new", "copied:/d/up");
      String look = "readlink /d/link; cat /d/f; cat /host";
      assertThat(jbuild.check("exec", "copied", "sh", "-c", look).out()).isEqualTo("f\nnew\nnew\n");
      assertThat(Path.of("/host")).doesNotExist();
      Outcome loop = jbuild.run("cp", "-L", "copied:/d/loop", folder + "/loop");
      assertThat(loop.code()).isEqualTo(1);
      assertThat(loop.err()).contains("too many levels of symbolic links");
      Outcome missing = jbuild.run("cp", "copied:/d/f", folder + "/missing/");
      assertThat(missing.code()).isEqualTo(1);
      assertThat(missing.err()).contains("no such directory: " + folder + "/missing/");
    } finally {
      jbuild.check("rm", "-f", "copied");
    }
  }

  @Test
  void itsOwnGroupIsAmongItsGroups(Jbuild jbuild) {
    // CVE-2022-36109: what a group is denied, its member is denied.
    assertThat(jbuild.check("run", "--rm", "-u", "33", "busybox", "id", "-G").out())
        .isEqualTo("33\n");
    assertThat(
            jbuild
                .check("run", "--rm", "-u", "33", "busybox", "grep", "Groups", "/proc/self/status")
                .out())
        .isEqualTo("Groups:\t33 \n");
  }
}
