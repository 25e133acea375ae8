package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

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
}
