package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.BaseImages;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The archive and the package on a Debian that has neither Java nor a compiler nor a network. */
final class BareMachineIT {
  private static Path room = Path.of("");
  private static Path root = Path.of("");

  @BeforeAll
  static void debian() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "chroot needs root");
    room = Files.createTempDirectory(Path.of("target"), "bare").toAbsolutePath();
    root = room.resolve("bundle/rootfs");
    String image = BaseImages.ofThisUser().debian().replaceFirst("^oci:", "");
    Command.of("umoci", "unpack", "--image", image, room.resolve("bundle")).check();
    Path context = Files.createDirectories(root.resolve("work"));
    Files.writeString(
        context.resolve("Dockerfile"), "FROM jbuild/tiny\nCOPY f /f\nRUN cat f > g\n");
    Files.writeString(context.resolve("f"), "hello\n");
  }

  @AfterAll
  static void remove() {
    Command.of("rm", "-rf", room).check();
  }

  /** As root in it; what is mounted is gone when the command ends. */
  private static Command inside(String script) {
    return Command.of("unshare", "--mount", "--pid", "--fork", "--net", "--kill-child", "sh", "-ec")
        .and(
            """
            mount --bind "$1" "$1"
            cd "$1"
            mount -t proc proc proc
            mount --rbind /dev dev
            mount -t sysfs sys sys
            exec chroot . /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
              JBUILD_AOT=off LC_ALL=C.UTF-8 sh -ec "$2"
            """,
            "sh",
            root,
            script);
  }

  @Test
  void theArchiveNeedsNothing() {
    Command.of("cp", Made.archive(), root.resolve("work/jbuild.tar.gz")).check();

    Outcome outcome =
        inside(
                """
                ! command -v java && ! command -v gcc && ! command -v mvn
                mkdir -p /opt && tar xzf /work/jbuild.tar.gz -C /opt && rm /work/jbuild.tar.gz
                ln -s /opt/jbuild-*/bin/jbuild /usr/local/bin/jbuild
                jbuild -q -t hello /work
                jbuild run --rm hello cat /g
                rm -rf /opt/jbuild-* /usr/local/bin/jbuild /var/lib/jbuild
                """)
            .check();

    assertThat(outcome.out()).endsWith("hello\n");
  }

  @Test
  void thePackageInstallsRunsAndGoesWithoutATrace() {
    Command.of("cp", Made.deb(), root.resolve("work/jbuild.deb")).check();

    Outcome outcome =
        inside(
                """
                find / -xdev -path /proc -prune -o -path /var -prune -o -path /work -prune -o -print | sort > /tmp/before
                dpkg -i /work/jbuild.deb >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
                rm /work/jbuild.deb
                ls /usr/lib/jbuild/cache/aot/*-build.aot >/dev/null
                dpkg --verify jbuild
                zcat /usr/share/man/man1/jbuild-run.1.gz | grep -q '^.TH JBUILD'
                zcat /usr/share/doc/jbuild/NEWS.gz | grep -q '^# Changelog'
                zcat /usr/share/doc/jbuild/changelog.gz | grep -q '^jbuild (.*urgency='
                grep -q common-licenses/Apache-2.0 /usr/share/doc/jbuild/copyright
                JBUILD_AOT=auto jbuild -q -t hello /work
                jbuild run --rm hello cat /g
                dpkg -P jbuild >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
                rm -rf /var/lib/jbuild /tmp/log
                find / -xdev -path /proc -prune -o -path /var -prune -o -path /work -prune -o -print | sort | diff /tmp/before -
                """)
            .check();

    assertThat(outcome.out()).endsWith("hello\n");
  }
}
