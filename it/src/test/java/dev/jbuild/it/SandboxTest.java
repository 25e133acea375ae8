package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.Trees;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a RUN step and a container see of the machine, and what the layer keeps of that. */
@EndToEnd
final class SandboxTest {
  @TempDir private Path temp;

  @Test
  void whatTheSandboxNeedsLeavesNoTraceInTheLayer(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile(
        "FROM busybox AS base\nFROM base\nRUN --network=none cat /etc/resolv.conf /etc/hosts /etc/hostname > /dev/null && ls /proc/self /sys /dev/pts /dev/shm > /dev/null\n");
    jbuild.check("build", "-q", "-o", temp.resolve("with"), context);
    jbuild.check("build", "-q", "--target", "base", "-o", temp.resolve("without"), context);

    assertThat(Trees.describe(temp.resolve("with")))
        .isEqualTo(Trees.describe(temp.resolve("without")));
  }

  @Test
  void aStepSeesOnlyItself(Jbuild jbuild, Folder context) {
    context.dockerfile(
        """
        FROM busybox
        RUN echo $$ > /pid && ls / > /root-folder && cat /proc/mounts > /mounts && grep Cap /proc/self/status > /caps
        RUN (echo x > /proc/sys/kernel/hostname) 2> /dev/null && echo written > /hostname-write || echo refused > /hostname-write
        RUN test ! -s /proc/keys && (ls /proc/kcore | xargs head -c 1 | wc -c) > /kcore; mount -t tmpfs none /mnt 2> /mount-error || true
        """);
    jbuild.check("build", "-q", "-t", "seen", context);

    assertThat(read(jbuild, "/pid")).isEqualTo("1\n");
    assertThat(read(jbuild, "/root-folder")).doesNotContain("work").contains("bin\n");
    assertThat(read(jbuild, "/caps"))
        .contains("CapEff:\t00000000a80425fb")
        .contains("CapInh:\t0000000000000000");
    assertThat(read(jbuild, "/hostname-write")).isEqualTo("refused\n");
    assertThat(read(jbuild, "/kcore")).isEqualTo("0\n");
    assertThat(read(jbuild, "/mounts")).contains("/proc/sys proc ro").contains("/sys sysfs ro");
  }

  private static String read(Jbuild jbuild, String path) {
    return jbuild.check("run", "--rm", "seen", "cat", path).out();
  }

  @Test
  void seccompIsOnAndNoFileOfTheMachineIsOpen(Jbuild jbuild) {
    assertThat(
            jbuild.check("run", "--rm", "busybox", "grep", "Seccomp:", "/proc/self/status").out())
        .isEqualTo("Seccomp:\t2\n");
    assertThat(jbuild.check("run", "--rm", "busybox", "ls", "/proc/self/fd").out().lines())
        .allMatch(fd -> Integer.parseInt(fd) < 4);
  }

  @Test
  void theHostnameIsTheContainersAndInItsHosts(Jbuild jbuild) {
    assertThat(
            jbuild
                .check(
                    "run",
                    "--rm",
                    "--network",
                    "none",
                    "busybox",
                    "sh",
                    "-c",
                    "test \"$(hostname)\" = \"$(cat /etc/hostname)\" && hostname")
                .out())
        .matches("[0-9a-f]{12}\n");
    assertThat(
            jbuild.check("run", "--rm", "--network", "none", "busybox", "cat", "/etc/hosts").out())
        .startsWith("127.0.0.1\tlocalhost\n");
  }

  @Test
  void outputIsLiveAndUnclipped(Jbuild jbuild, Folder context) {
    context.dockerfile(
        "FROM busybox\nRUN i=0; while [ $i -lt 20000 ]; do echo line-$i-of-a-long-log-that-must-not-be-clipped; i=$((i+1)); done\n");

    String log = jbuild.check("build", "--progress=plain", "--no-cache", context).err();

    assertThat(log).contains("line-0-of-").contains("line-19999-of-");
    assertThat(log.lines().filter(line -> line.contains("must-not-be-clipped")).count())
        .isGreaterThanOrEqualTo(20_000);
  }

  @Test
  void aLeftOverProcessOfAStepIsEnded(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nRUN sleep 1000 & sleep 0.1\n");

    jbuild.check("build", "-q", "--no-cache", context);
  }
}
