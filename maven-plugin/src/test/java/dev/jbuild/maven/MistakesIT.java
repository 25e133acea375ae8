package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
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

  private static String encrypted(Command maven) {
    String said = maven.check().out();
    return said.substring(said.indexOf('{'), said.indexOf('}') + 1);
  }

  @Test
  void encryptedPasswordsOfSettingsReachTheRegistryAndNothingElse() throws IOException {
    Path project = RealMaven.example("java-service", temp);
    Path security = temp.resolve("settings-security.xml");
    String master = encrypted(RealMaven.maven(project, "--encrypt-master-password", "master"));
    Files.writeString(
        security, "<settingsSecurity><master>" + master + "</master></settingsSecurity>");
    String secret =
        encrypted(
            RealMaven.maven(
                project, "-Dsettings.security=" + security, "--encrypt-password", "pass:word"));
    Set<String> seen = new ConcurrentSkipListSet<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String given = exchange.getRequestHeaders().getFirst("Authorization");
          if (given == null) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"it\"");
          } else {
            seen.add(given);
          }
          exchange.sendResponseHeaders(given == null ? 401 : 403, -1);
          exchange.close();
        });
    server.start();
    try {
      String host = "127.0.0.1:" + server.getAddress().getPort();
      Path settings = temp.resolve("settings.xml");
      String own = Files.readString(Path.of("target/maven-it/settings.xml"));
      String servers =
          "<settings><servers><server><id>"
              + host
              + "</id><username>me</username><password>"
              + secret
              + "</password></server></servers>";
      Files.writeString(settings, own.replace("<settings>", servers));

      String said =
          failure(
              RealMaven.withSettings(
                      settings, RealMaven.maven(project, "-Dsettings.security=" + security))
                  .and("package", "jbuild:push", "-Djbuild.image=" + host + "/app:1"));

      String pair =
          Base64.getEncoder().encodeToString("me:pass:word".getBytes(StandardCharsets.UTF_8));
      assertThat(seen).containsExactly("Basic " + pair);
      assertThat(said).contains("settings.xml").doesNotContain("pass:word", pair);
    } finally {
      server.stop(0);
    }
  }
}
