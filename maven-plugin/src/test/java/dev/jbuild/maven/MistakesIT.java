package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "-Djbuild.image=UPPER | 'UPPER:1.0' is no image name | correct <image>",
        "-Djbuild.baseImage=java:17:jre | 'java:17:jre' is no image name | correct <baseImage>",
        "-Djbuild.ports=http | <ports> is 'http' | e.g. 8080",
        "-Djbuild.user=a:b:c | <user> is 'a:b:c' | USER or USER:GROUP",
        "-Djbuild.workingDirectory=app | <workingDirectory> is 'app' | e.g. /data",
        "-Djbuild.dockerfile=none | there is no Dockerfile | correct <dockerfile>",
        "-Djbuild.executable=/none | jbuild.executable is '/none' | there is no such program",
        "-Dproject.build.outputTimestamp=today | is 'today' | write it as 2026-01-31T00:00:00Z",
      })
  void aValueWithoutMeaningFailsInValidate(String property, String what, String remedy) {
    Path project = RealMaven.example("java-service", temp);

    assertThat(failure(RealMaven.maven(project, "-o", "validate", property)))
        .contains(what, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-Djbuild.executable=true | ended well and built nothing: is it jbuild?",
        "-Djbuild.mainClass=com.example.None | neither this project nor a library has such a class",
        "-Djbuild.baseImage=eclipse-temurin:11-jre | the classes are for Java 17",
        "-Djbuild.baseImage=127.0.0.1:1/java:17 | cannot reach the registry: 127.0.0.1:1",
      })
  void whatOnlyTheClassesOrARegistryTellFailsAtTheGoalsStart(String property, String what) {
    Path project = RealMaven.example("java-service", temp);

    assertThat(failure(RealMaven.maven(project, "-o", "package", property))).contains(what);
    assertThat(project.resolve("target/jbuild/image-reference")).doesNotExist();
  }

  @Test
  void anOrdinaryUserWhoGetsNoNamespaceIsToldInValidate() {
    assumeTrue(
        System.getProperty("user.name").equals("root"), "needs a namespace to take them away");
    Path project = RealMaven.example("java-service", temp);
    // This user by another number, who may make no namespace.
    String script = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\"";

    Command ordinary =
        RealMaven.through(
            RealMaven.maven(project, "-o", "validate"),
            List.of(
                "unshare", "--user", "--map-user=1000", "--keep-caps", "sh", "-c", script, "sh"));

    assertThat(failure(ordinary))
        .contains("in a user namespace", "sysctl -w user.max_user_namespaces=28633");
  }

  @Test
  void whatStartCannotWaitForIsToldBeforeAContainerIsStarted() {
    Path project = RealMaven.project("web", temp);

    assertThat(
            failure(
                RealMaven.maven(project, "-o", "jbuild:start", "-Djbuild.wait.http=localhost:80")
                    .and("-Djbuild.run.environment.A=b")))
        .contains("jbuild.wait.http is 'localhost:80': it is an address");
  }

  @Test
  void theDescriptorSaysWhichJavaMavenHasToRunIn() throws IOException {
    assertThat(Files.readString(Path.of("target/classes/META-INF/maven/plugin.xml")))
        .contains("<requiredJavaVersion>17</requiredJavaVersion>");
  }
}
