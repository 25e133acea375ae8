package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every Maven makes the same image, also with several threads, and says nothing when asked to. */
final class MavensIT {
  @TempDir private Path temp;

  @BeforeAll
  static void root() {
    assumeTrue(System.getProperty("user.name").equals("root"), "a step that runs needs root");
  }

  @Test
  void allMakeTheSameImageOfAReactor() throws IOException {
    Path project = RealMaven.example("reactor", temp);
    Path id = project.resolve("app/target/jbuild/image-id");

    Outcome own = RealMaven.maven(project, "-q", "-T", "2", "package").check();
    String first = Files.readString(id);
    assertThat(own.out().replace("\u001b[0m", "")).isEmpty();

    for (String version :
        new String[] {System.getProperty("maven3.version"), System.getProperty("maven4.version")}) {
      RealMaven.by(version, RealMaven.maven(project, "-q", "-T", "2", "clean", "package")).check();
      assertThat(id).as(version).content().isEqualTo(first);
    }
  }

  @Test
  void helpListsTheGoalsAndTheirParameters() {
    Path project = RealMaven.project("web", temp);

    assertThat(RealMaven.maven(project, "jbuild:help").check().out())
        .contains("jbuild:build", "jbuild:start", "jbuild:push", "jbuild:check");
    assertThat(RealMaven.maven(project, "jbuild:help", "-Ddetail", "-Dgoal=start").check().out())
        .contains("waitForHealthy", "jbuild.wait.healthy");
  }
}
