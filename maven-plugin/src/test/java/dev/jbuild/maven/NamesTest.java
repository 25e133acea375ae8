package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.maven.model.License;
import org.apache.maven.model.Model;
import org.apache.maven.model.Scm;
import org.apache.maven.project.MavenProject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NamesTest {
  private static final String DIGEST =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  private static MavenProject project() {
    Model model = new Model();
    model.setGroupId("com.example");
    model.setArtifactId("App");
    model.setVersion("1.0+build");
    return new MavenProject(model);
  }

  @ParameterizedTest
  @CsvSource({
    ",app:1.0-build",
    "mine,mine:1.0-build",
    "mine:2,mine:2",
    "host:5000/mine,host:5000/mine:1.0-build",
    "host:5000/mine:3,host:5000/mine:3"
  })
  void aNameWithoutATagGetsTheVersion(String configured, String name) {
    assertThat(Names.of(configured, project())).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UPPER:1", "a b:1", "a:", "a:b:c", "-a:1", "a/:1"})
  void aWrongNameIsToldWithItsParameter(String name) {
    assertThatThrownBy(() -> Names.check(List.of(name))).hasMessageContaining("correct <image>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b:1", "host:5000/a@sha256:" + DIGEST, "a:1@sha256:" + DIGEST})
  void aBaseImageNeedsNoTagAndMayHaveADigest(String name) {
    assertThatCode(() -> Names.checkBase(name)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Upper", "a:b:c", "a@sha256:12", "docker://a"})
  void aWrongBaseImageIsTold(String name) {
    assertThatThrownBy(() -> Names.checkBase(name)).hasMessageContaining("correct <baseImage>");
  }

  @ParameterizedTest
  @CsvSource({
    "eclipse-temurin:11-jre,17",
    "docker.io/library/eclipse-temurin:17,21",
    "amazoncorretto:8-alpine,11",
    "openjdk:21,25"
  })
  void aBaseImageWithAnOlderJavaThanTheClassesIsTold(String name, int java) {
    assertThatThrownBy(() -> AppImage.checkJava(name, java))
        .hasMessageContainingAll(
            "the classes are for Java " + java, name, "maven.compiler.release");
  }

  @ParameterizedTest
  @CsvSource({
    "eclipse-temurin:17-jre,17",
    "eclipse-temurin:21,17",
    "gcr.io/distroless/java17,21",
    "mine:11,17",
    "eclipse-temurin:latest,25"
  })
  void aBaseImageThatIsNewEnoughOrDoesNotSayIsTaken(String name, int java) {
    assertThatCode(() -> AppImage.checkJava(name, java)).doesNotThrowAnyException();
  }

  @Test
  void labelsAreWhatThePomSaysAndCanBeLeftOut() {
    MavenProject project = project();
    project.setDescription("Two\n   lines");
    Scm scm = new Scm();
    scm.setUrl("https://example.com/git");
    project.setScm(scm);
    License license = new License();
    license.setName("Apache-2.0");
    project.setLicenses(List.of(license));

    assertThat(Labels.of(project, Map.of("org.opencontainers.image.version", "", "own", "x")))
        .containsEntry("org.opencontainers.image.description", "Two lines")
        .containsEntry("org.opencontainers.image.source", "https://example.com/git")
        .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
        .containsEntry("own", "x")
        .doesNotContainKey("org.opencontainers.image.version")
        .doesNotContainKey("org.opencontainers.image.url");
  }

  @ParameterizedTest
  @CsvSource({
    "registry.example.com,true",
    "localhost:5000,true",
    "docker.io,true",
    "central,false",
    "my-releases,false",
    "https://x.example/,false"
  })
  void aServerIsARegistryWhenItsIdIsAHost(String id, boolean registry) {
    assertThat(Credentials.isRegistry(id)).isEqualTo(registry);
  }

  @ParameterizedTest
  @CsvSource({"image,image,0", "imgae,image,2", "baseimage,baseImages,2", "'',abc,3"})
  void mistakesAreCountedInLetters(String a, String b, int distance) {
    assertThat(Configuration.distance(a, b)).isEqualTo(distance);
  }
}
