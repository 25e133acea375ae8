package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** What is asked about containers rather than done with them. */
@EndToEnd
final class ContainerCommandsTest {
  @Test
  void systemDfKnowsWhatIsInUse(Jbuild jbuild) {
    String active = "{{.Type}} {{.TotalCount}} {{.Active}}";
    jbuild.check("run", "-d", "--name", "up", "-v", "used:/d", "busybox", "sleep", "1000");
    try {
      jbuild.check("create", "--name", "down", "-v", "kept:/d", "busybox", "true");
      jbuild.check("volume", "create", "idle");

      assertThat(jbuild.check("system", "df", "--format", active).out())
          .contains("Containers 2 1\n")
          .contains("Local Volumes 3 2\n");
      jbuild.check("rm", "-f", "up");
      assertThat(jbuild.check("system", "df", "--format", active).out())
          .contains("Containers 1 0\n")
          .contains("Local Volumes 3 1\n");
    } finally {
      jbuild.run("rm", "-f", "up", "down");
      jbuild.check("volume", "rm", "used", "kept", "idle");
    }
  }

  @Test
  void versionAnswersAsScriptsAskDocker(Jbuild jbuild) {
    String version = jbuild.check("version", "-f", "{{.Version}}").out();

    assertThat(version).matches("[0-9]+\\.[0-9]+.*\n");
    assertThat(jbuild.check("version", "-f", "{{.Server.Version}}").out()).isEqualTo(version);
    assertThat(jbuild.check("version", "--format", "{{.Client.Version}}").out()).isEqualTo(version);
    assertThat(jbuild.check("version", "-f", "{{.Server.Os}}").out()).isEqualTo("linux\n");
  }

  @Test
  void aTmpfsHasTheOptionsThatItWasGiven(Jbuild jbuild) {
    String look = "stat -c '%u %g %a' /t; grep ' /t ' /proc/mounts";

    assertThat(
            jbuild
                .check(
                    "run",
                    "--rm",
                    "--tmpfs",
                    "/t:uid=1000,gid=100,mode=750,size=64k",
                    "busybox",
                    "sh",
                    "-c",
                    look)
                .out())
        .startsWith("1000 100 750\n")
        .contains("size=64k", "noexec", "nosuid", "nodev");
    assertThat(
            jbuild.check("run", "--rm", "--tmpfs", "/t:exec,ro", "busybox", "sh", "-c", look).out())
        .startsWith("0 0 1777\n")
        .contains(" ro,")
        .doesNotContain("noexec");
    Outcome unknown = jbuild.run("run", "--rm", "--tmpfs", "/t:colour=red", "busybox", "true");
    assertThat(unknown.code()).isEqualTo(125);
    assertThat(unknown.err()).contains("invalid tmpfs option \"colour=red\"");
  }

  @Test
  void imagesLeaveEvents(Jbuild jbuild) {
    jbuild.check("tag", "busybox", "told:1");
    jbuild.check(
        "run",
        "--rm",
        jbuild.check("images", "-q", "--no-trunc", "told:1").out().strip().replace("sha256:", ""),
        "true");
    jbuild.check("rmi", "told:1");

    String events =
        jbuild
            .check(
                "events",
                "--since",
                "1h",
                "--until",
                "0s",
                "--filter",
                "type=image",
                "--format",
                "{{.status}} {{.Actor.Attributes.name}}")
            .out();
    assertThat(events).containsPattern("tag told:1\\n(.*\\n)*untag sha256:");
    assertThat(
            jbuild
                .check("events", "--since", "1h", "--until", "0s", "--filter", "image=told")
                .out())
        .contains(" image tag sha256:")
        .hasLineCount(1);
  }

  @Test
  void anImageStaysWithItsContainers(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM scratch\nLABEL only=this\n");
    String id = jbuild.check("build", "-q", "-t", "used:1", context).out().strip();
    String user = jbuild.check("create", "--name", "user", "used:1", "x").out().substring(0, 12);
    try {
      assertThat(jbuild.run("rmi", "used:1").err())
          .contains(
              "conflict: unable to remove repository reference \"used:1\" (must force) - container "
                  + user
                  + " is using its referenced image ");
      assertThat(jbuild.run("rmi", id).err())
          .contains("(must be forced) - image is being used by stopped container " + user);
      jbuild.check("tag", "used:1", "used:2");
      assertThat(jbuild.check("rmi", "used:1").out()).isEqualTo("Untagged: used:1\n");
      jbuild.check("rm", "user");
      assertThat(jbuild.check("rmi", "used:2").out()).contains("Deleted: " + id);
    } finally {
      jbuild.run("rm", "-f", "user");
      jbuild.run("rmi", "-f", "used:1", "used:2");
    }
  }

  @Test
  void aPortThatNobodyChoseIsFoundAndLinesTellWhatLabelsSay(Jbuild jbuild) {
    jbuild.check(
        "run",
        "-d",
        "--name",
        "chosen",
        "-p",
        "127.0.0.1::80",
        "--log-opt",
        "labels=l",
        "--log-opt",
        "env=E",
        "-l",
        "l=a b",
        "-e",
        "E=1",
        "busybox",
        "sh",
        "-c",
        "echo hello; exec sleep 1000");
    try {
      String port = jbuild.check("port", "chosen", "80").out().strip().replace("127.0.0.1:", "");
      assertThat(jbuild.check("ps", "--filter", "publish=" + port, "--format", "{{.Names}}").out())
          .isEqualTo("chosen\n");
      jbuild.check("kill", "chosen");
      assertThat(jbuild.check("logs", "--details", "chosen").out()).isEqualTo("E=1,l=a+b hello\n");
      assertThat(jbuild.check("ps", "-aq", "--filter", "publish=" + port).out()).isEmpty();
    } finally {
      jbuild.run("rm", "-f", "chosen");
    }
  }

  @Test
  void eventsThatHaveGrownArePutAsideByTheLastToWrite(Jbuild jbuild) throws Exception {
    Path events = jbuild.store().resolve("events");
    jbuild.check(
        "run",
        "-d",
        "--name",
        "writer",
        "busybox",
        "sh",
        "-c",
        "until test -e /go; do usleep 20000; done");
    try {
      Files.writeString(
          events, "{\"pad\":\"" + "x".repeat(4_000_000) + "\"}\n", StandardOpenOption.APPEND);
      jbuild.check("exec", "writer", "touch", "/go");
      jbuild.check("wait", "writer");
      assertThat(Files.size(events.resolveSibling("events.1"))).isGreaterThan(4_000_000);
      assertThat(
              jbuild
                  .check("events", "--since", "1h", "--until", "0s", "--filter", "container=writer")
                  .out())
          .contains(" container die ");
    } finally {
      jbuild.run("rm", "-f", "writer");
    }
  }
}
