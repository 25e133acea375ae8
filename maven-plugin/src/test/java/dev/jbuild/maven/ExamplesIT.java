package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples as a newcomer runs them. */
final class ExamplesIT {
  @TempDir private Path temp;

  @BeforeAll
  static void root() {
    assumeTrue(System.getProperty("user.name").equals("root"), "containers here need root");
  }

  private static Path olderJava() {
    Optional<Path> java = RealMaven.olderJava().findFirst();
    assumeTrue(java.isPresent(), "no Java 17 or 21 in /usr/lib/jvm");
    return java.orElseThrow();
  }

  @Test
  void aServiceWithoutADockerfileInTheOldestJava() throws IOException {
    Path project = RealMaven.example("java-service", temp);

    RealMaven.maven(project, olderJava(), "package").check();

    String id = Files.readString(project.resolve("target/jbuild/image-id"));
    assertThat(project.resolve("target/jbuild/image-reference"))
        .content()
        .isEqualTo("java-service:1.0\n");
    assertThat(project.resolve("target/jbuild/image-digest")).content().startsWith("sha256:");
    String config = RealMaven.jbuild("inspect", "java-service:1.0").check().out();
    assertThat(config)
        .contains(
            "\"org.opencontainers.image.version\": \"1.0\"",
            "\"org.opencontainers.image.title\": \"java-service\"",
            "\"8080/tcp\"",
            "com.example.service.Service");
    String history = RealMaven.jbuild("history", "--no-trunc", "java-service:1.0").check().out();
    assertThat(history.indexOf("COPY classes")).isLessThan(history.indexOf("COPY libs"));

    // The same content in another folder, at another time, by another Java.
    Path again = RealMaven.example("java-service", Files.createDirectories(temp.resolve("again")));
    RealMaven.maven(again, "package").check();
    assertThat(again.resolve("target/jbuild/image-id")).content().isEqualTo(id);
  }

  @Test
  void theProgramIsTheOneThatIsNamedElseThePathsElseAnArtifact() throws IOException {
    Path project = RealMaven.project("web", temp);
    Path own = temp.resolve("with blanks");
    Files.createDirectories(own);
    Path script = own.resolve("jbuild");
    String real = RealMaven.jbuild().words().get(0);
    Files.writeString(script, "#!/bin/sh\necho by the way >&2\nexec '" + real + "' \"$@\"\n");
    Command.of("chmod", "755", script).check();

    Command build = RealMaven.maven(project, "-o", "-X", "-Djbuild.noCache", "jbuild:build");

    assertThat(build.and("-Djbuild.executable=" + script).check().out())
        .contains("jbuild: " + script + " build", "by the way");
    assertThat(build.with("PATH", own + ":/usr/local/bin:/usr/bin:/bin").check().out())
        .contains("jbuild: " + script + " build", "by the way");
    assertThat(build.check().out())
        .containsPattern("jbuild: .*/cache/jbuild/maven/.*/bin/jbuild build")
        .doesNotContain("by the way");
  }

  @Test
  void aServiceIsStartedForIntegrationTestsAndStoppedAfterThem() throws IOException {
    Path project = RealMaven.example("java-service", temp);

    Outcome outcome = RealMaven.maven(project, "verify").check();

    assertThat(outcome.out()).contains("started java-service", "java-service has stopped");
    assertThat(project.resolve("target/jbuild/java-service.log"))
        .content()
        .contains("listening on ");
    assertThat(project.resolve("target/jbuild/java-service.process")).doesNotExist();
  }

  @Test
  void aContainerThatIsNeverReadyFailsTheBuildWithItsLastLines() {
    Path project = RealMaven.example("java-service", temp);

    Outcome outcome =
        RealMaven.maven(
                project, "-q", "verify", "-Djbuild.wait.log=never said", "-Djbuild.wait.seconds=3")
            .run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out()).contains("after 3 s still not", "never said", "listening on ");
  }

  @Test
  void aFatJarWithADockerfileThatRunsSomething() {
    Path project = RealMaven.example("fat-jar", temp);

    RealMaven.maven(project, "package").check();

    assertThat(RealMaven.jbuild("run", "--rm", "fat-jar:latest", "you", "there").check().out())
        .contains("\"hello\":\"you there\"", "\"version\":\"1.0\"", "made at build time");
  }

  @Test
  void aReactorsLibrariesAndModulesAreLayersOfTheirOwn() throws IOException {
    Path project = RealMaven.example("reactor", temp);

    RealMaven.maven(project, olderJava(), "-T", "2", "package").check();
    assertThat(RealMaven.jbuild("run", "--rm", "app:1.0-SNAPSHOT").check().out())
        .isEqualTo("[1,2,3,4,5]\n");

    Path source = project.resolve("app/src/main/java/com/example/app/App.java");
    Files.writeString(source, Files.readString(source).replace("upTo(5)", "upTo(3)"));
    Outcome second = RealMaven.maven(project, "package").check();
    assertThat(RealMaven.jbuild("run", "--rm", "app:1.0-SNAPSHOT").check().out())
        .isEqualTo("[1,2,3]\n");
    assertThat(second.out())
        .containsPattern("COPY --from=maven-deps . lib/\\R.*CACHED")
        .containsPattern("COPY --from=maven-module-core . lib/\\R.*CACHED")
        .doesNotContainPattern("COPY --from=maven-artifact . lib/\\R.*CACHED");
  }

  @Test
  void whatIsUnchangedIsNotBuiltAgainUntilTheImageOrAnInputIsAnother() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    String known = "jbuild: java-service:1.0 is up to date";
    RealMaven.maven(project, "-q", "package").check();
    Command build = RealMaven.maven(project, "-o", "jbuild:build");
    String id = Files.readString(project.resolve("target/jbuild/image-id"));

    assertThat(build.check().out()).contains(known);
    assertThat(project.resolve("target/jbuild/image-id")).content().isEqualTo(id);

    RealMaven.jbuild("rmi", "java-service:1.0").check();
    assertThat(build.check().out()).doesNotContain(known);
    RealMaven.jbuild("image", "inspect", "java-service:1.0").check();

    // Another image by the name that this one is made on.
    RealMaven.jbuild("tag", "eclipse-temurin:17-jre", "own:1").check();
    RealMaven.jbuild("tag", "java-service:1.0", "eclipse-temurin:17-jre").check();
    assertThat(build.check().out()).doesNotContain(known);
    RealMaven.jbuild("tag", "own:1", "eclipse-temurin:17-jre").check();

    assertThat(build.and("-Djbuild.ports=8081").check().out()).doesNotContain(known);
    Path jar = project.resolve("target/java-service-1.0.jar");
    Files.write(jar, Files.readAllBytes(jar));
    assertThat(build.and("-Djbuild.ports=8081").check().out()).contains(known);
    changeAByte(jar);
    assertThat(build.and("-Djbuild.ports=8081").check().out()).doesNotContain(known);
  }

  /** Of what is in the jar; its size and its time stay. */
  private static void changeAByte(Path jar) throws IOException {
    FileTime time = Files.getLastModifiedTime(jar);
    try (FileSystem inside = FileSystems.newFileSystem(jar)) {
      Path greeting = inside.getPath("greeting.txt");
      Files.writeString(greeting, Files.readString(greeting).replace('H', 'J'));
    }
    Files.setLastModifiedTime(jar, time);
  }

  @Test
  void whatIsCopiedFromTheProjectIsUnchangedUntilItIsAnother() throws IOException {
    Path project = RealMaven.project("web", temp);
    String known = "jbuild: web:1.0 is up to date";
    Path page = Files.writeString(project.resolve("page"), "one\n");
    Files.writeString(project.resolve("Dockerfile"), "FROM eclipse-temurin:17-jre\nCOPY . /app\n");
    Command build = RealMaven.maven(project, "jbuild:build");
    build.check();
    String id = Files.readString(project.resolve("target/jbuild/image-id"));
    Command offline = build.and("-o");

    Command.of("touch", page).check();
    assertThat(offline.check().out()).contains(known);
    assertThat(offline.and("-Djbuild.options=--progress=plain").check().out())
        .as("what the build before has left is not copied")
        .contains("CACHED");
    assertThat(project.resolve("target/jbuild/image-id")).content().isEqualTo(id);

    offline.check();
    FileTime time = Files.getLastModifiedTime(page);
    Files.writeString(page, "two\n");
    Files.setLastModifiedTime(page, time);
    assertThat(offline.check().out()).doesNotContain(known);
    Files.writeString(project.resolve(".dockerignore"), "page\n");
    assertThat(offline.check().out()).doesNotContain(known);
    assertThat(offline.check().out()).contains(known);
    assertThat(RealMaven.jbuild("run", "--rm", "web:1.0", "cat", "/app/page").run().code())
        .isNotZero();
  }

  @Test
  void anArchiveIsWrittenAgainOnlyWhenTheImageHasChanged() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    Path tar = project.resolve("target/java-service-image.tar");

    RealMaven.maven(project, "-q", "package", "jbuild:tar").check();
    FileTime first = Files.getLastModifiedTime(tar);
    Outcome unchanged = RealMaven.maven(project, "package", "jbuild:tar").check();
    assertThat(unchanged.out()).contains("java-service-image.tar is up to date");
    assertThat(Files.getLastModifiedTime(tar)).isEqualTo(first);

    Files.writeString(project.resolve("src/main/resources/greeting.txt"), "Another greeting\n");
    RealMaven.maven(project, "-q", "package", "jbuild:tar").check();
    assertThat(Files.getLastModifiedTime(tar)).isGreaterThan(first);
  }
}
