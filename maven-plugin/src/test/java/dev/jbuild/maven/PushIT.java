package dev.jbuild.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.LocalRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal push, to a registry that lets only one user in. */
final class PushIT {
  private static final String PASSWORD =
      LocalRegistry.LOGIN.substring(LocalRegistry.LOGIN.indexOf(':') + 1);

  @TempDir private static Path registryFolder;
  private static LocalRegistry registry;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    assumeTrue(System.getProperty("user.name").equals("root"), "a step that runs needs root");
    registry = LocalRegistry.withLogin(registryFolder);
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private static Command push(Path project, Object... more) {
    return RealMaven.maven(project, "jbuild:push")
        .and("-Djbuild.image=" + registry.host() + "/team/web", "-Djbuild.tags=latest")
        .and(more);
  }

  private static String encrypted(Command maven) {
    String said = maven.check().out();
    return said.substring(said.indexOf('{'), said.indexOf('}') + 1);
  }

  @Test
  void anEncryptedPasswordOfSettingsOpensTheRegistryAndIsSeenNowhere() throws IOException {
    Path project = RealMaven.project("web", temp);
    Path security = temp.resolve("settings-security.xml");
    String master = encrypted(RealMaven.maven(project, "--encrypt-master-password", "master"));
    Files.writeString(
        security, "<settingsSecurity><master>" + master + "</master></settingsSecurity>");
    Command secured = RealMaven.maven(project, "-Dsettings.security=" + security);
    String secret = encrypted(secured.and("--encrypt-password", PASSWORD));

    Command push = push(project, "-X", "-Dsettings.security=" + security);
    Outcome outcome = RealMaven.withServer(temp, registry.host(), secret, push).check();

    String pair = LocalRegistry.LOGIN;
    assertThat(outcome.out())
        .doesNotContain(PASSWORD)
        .doesNotContain(Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    for (String tag : new String[] {"1.0", "latest"}) {
      assertThat(digestInRegistry(tag))
          .isEqualTo(Files.readString(project.resolve("target/jbuild/image-digest")).strip());
    }
  }

  private static String digestInRegistry(String tag) {
    return Command.of("skopeo", "inspect", "--format", "{{.Digest}}", "--tls-verify=false")
        .and("--creds", LocalRegistry.LOGIN)
        .and("docker://" + registry.host() + "/team/web:" + tag)
        .check()
        .out()
        .strip();
  }

  @Test
  void withoutCredentialsItFailsBeforeAnythingIsBuilt() {
    Path project = RealMaven.project("web", temp);

    Outcome outcome = push(project).run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out())
        .contains(
            "cannot push " + registry.host() + "/team/web:", "401", "<server>", "settings.xml")
        .doesNotContain("RUN mkdir");
  }

  @Test
  void aWrongPasswordFailsBeforeAnythingIsBuiltAndTellsWhereItIsFrom() {
    Path project = RealMaven.project("web", temp);

    Outcome outcome = RealMaven.withServer(temp, registry.host(), "wr0ng-one", push(project)).run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out())
        .contains("the credentials from settings.xml do not allow it")
        .doesNotContain("RUN mkdir", "wr0ng-one");
  }

  @Test
  void aRegistryThatIsNotThereIsToldBeforeAnythingIsBuilt() throws IOException {
    Path project = RealMaven.project("web", temp);
    String nobody = "127.0.0.1:" + LocalRegistry.freePort();

    Outcome outcome =
        RealMaven.maven(project, "jbuild:push", "-Djbuild.image=" + nobody + "/web").run();

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.out())
        .contains("cannot reach the registry: " + nobody)
        .doesNotContain("RUN mkdir");
  }
}
