package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goals start, stop and run. */
final class ContainersIT {
  @TempDir private Path temp;

  @BeforeAll
  static void root() {
    assumeTrue(System.getProperty("user.name").equals("root"), "containers here need root");
  }

  private static String containers() {
    return RealMaven.jbuild("ps", "-a", "--format", "{{.Names}}").check().out();
  }

  @Test
  void startWaitsForTheLogThePortTheAddressAndTheHealthCheck() {
    Path project = RealMaven.project("web", temp);

    Outcome outcome = RealMaven.maven(project, "verify").check();

    assertThat(outcome.out())
        .containsSubsequence("started web, its output is in", "web has stopped", "BUILD SUCCESS");
    assertThat(project.resolve("target/jbuild/web.log")).content().contains("about to start");
    assertThat(project.resolve("target/jbuild/web.process")).doesNotExist();
    assertThat(containers()).doesNotContain("web");
  }

  @Test
  void anAddressThatIsNotThereIsNotReadyAndLeavesNoContainer() {
    Path project = RealMaven.project("web", temp);

    Outcome outcome = RealMaven.maven(project, "verify", "-Dpage=absent", "-Dseconds=2").run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out())
        .contains("after 2 s still not http://127.0.0.1:", "/absent answered", "about to start");
    assertThat(containers()).doesNotContain("web");
  }

  @Test
  void aContainerThatEndsIsNotWaitedFor() {
    Path project = RealMaven.project("web", temp);

    Outcome outcome =
        RealMaven.maven(project, "verify", "-Djbuild.run.command=sh,-c,echo about to fail; exit 7")
            .run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out())
        .contains("the container ended before port", "about to fail")
        .doesNotContain("still not");
    assertThat(containers()).doesNotContain("web");
  }

  @Test
  void runShowsWhatTheContainerPrintsAndFailsWithItsStatus() {
    Path project = RealMaven.project("web", temp);
    RealMaven.maven(project, "-q", "package").check();

    Outcome good =
        RealMaven.maven(project, "-q", "jbuild:run", "-Djbuild.run.command=cat,/www/version")
            .check();
    assertThat(good.out()).contains("version 1.0\n").doesNotContain("[INFO]");

    Outcome bad =
        RealMaven.maven(project, "-q", "jbuild:run", "-Djbuild.run.command=cat,/none").run();
    assertThat(bad.code()).isNotZero();
    assertThat(bad.out()).contains("the container exited with 1");
    assertThat(bad.err()).contains("/none");
  }
}
