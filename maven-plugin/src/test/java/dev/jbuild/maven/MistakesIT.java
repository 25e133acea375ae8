package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is configured wrongly is told before anything is compiled, with what to do. */
final class MistakesIT {
  @TempDir private Path temp;

  private void edit(Path pom, String from, String to) throws IOException {
    assertThat(Files.readString(pom)).contains(from);
    Files.writeString(pom, Files.readString(pom).replace(from, to));
  }

  private static String failure(Command maven) {
    Outcome outcome = maven.run();
    assertThat(outcome.code()).as(outcome.toString()).isNotZero();
    return outcome.out();
  }

  @Test
  void anUnknownParameterFailsInValidateWithTheOneThatIsMeant() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    edit(project.resolve("pom.xml"), "<ports>", "<mainClas>a.B</mainClas><ports>");

    assertThat(failure(RealMaven.maven(project, "validate")))
        .contains("unknown parameter <mainClas>", "is mainClass meant?", "jbuild:help");
  }

  @Test
  void anUnknownPropertyFailsInValidate() {
    Path project = RealMaven.example("java-service", temp);

    assertThat(failure(RealMaven.maven(project, "validate", "-Djbuild.imgae=x")))
        .contains("unknown property -Djbuild.imgae (is jbuild.image meant?)");
  }

  @Test
  void aProjectWithNeitherAJarNorADockerfileFailsInValidate() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    edit(
        project.resolve("pom.xml"),
        "<version>1.0</version>",
        "<version>1.0</version><packaging>war</packaging>");

    assertThat(failure(RealMaven.maven(project, "validate")))
        .contains("there is no Dockerfile in", "this is war", "maven-artifact");
  }

  @Test
  void aGoalBeforeThereIsAJarSaysWhichPhaseIsMissing() {
    Path project = RealMaven.example("java-service", temp);

    assertThat(failure(RealMaven.maven(project, "jbuild:build")))
        .contains("there is no jar of java-service yet", "mvn package");
  }

  @Test
  void pushFailsAtOnceWhenMavenIsOffline() {
    Path project = RealMaven.example("java-service", temp);
    // Online once, so that everything is there.
    RealMaven.maven(project, "-q", "validate").check();

    assertThat(failure(RealMaven.maven(project, "-o", "jbuild:push")))
        .contains("cannot push java-service:1.0: Maven is offline");
  }

  @Test
  void skipDoesNothingAtAll() {
    Path project = RealMaven.example("java-service", temp);

    assertThat(
            RealMaven.maven(project, "validate", "-Djbuild.skip", "-Djbuild.image=UPPER")
                .check()
                .out())
        .contains("jbuild: skipped");
    assertThat(project.resolve("target/jbuild")).doesNotExist();
  }

  @Test
  void anOrdinaryUserIsToldInValidateThatRootIsNeeded() {
    Path project = RealMaven.example("java-service", temp);

    assertThat(failure(RealMaven.maven(project, "validate", "-Duser.name=somebody")))
        .contains("run Maven as root, or name in jbuild.executable a program that becomes root");
  }
}
