package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Jbuild;
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
}
