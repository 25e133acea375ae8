package dev.jbuild.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All that root does, an ordinary user does in a user namespace, with the same result. */
@EndToEnd(needs = {"newuidmap", "setpriv"})
final class OrdinaryUserTest {
  private static final String SEVERAL_OWNERS =
      """
      FROM busybox
      COPY --chown=1000:33 page /srv/www/page
      RUN mkdir /srv/old && echo old > /srv/old/file && chown -R 7:65535 /srv/old \\
        && touch -d '2020-01-01 00:00:00' /srv/old/file /srv/old /srv
      RUN rm -r /srv/old && mkdir -m 2750 /srv/old && chown 5:6 /srv/old && ln /srv/www/page /srv/old/same \\
        && chmod 4755 /srv/www/page && touch -d '2020-01-01 00:00:00' /srv/old/same /srv/old /srv/www /srv
      USER 33:44
      WORKDIR /srv/www
      CMD ["httpd", "-f", "-p", "8080"]
      """;

  private OrdinaryUser user;

  @BeforeEach
  void makeUser(LocalRegistry registry) throws IOException {
    user = new OrdinaryUser(registry);
  }

  @AfterEach
  void removeUser() {
    if (user != null) {
      user.close();
    }
  }

  private Path context() throws IOException {
    Path context = Files.createDirectory(user.work().resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), SEVERAL_OWNERS);
    Files.writeString(context.resolve("page"), "a page\n");
    Command.of("chown", "-R", OrdinaryUser.UID, context).check();
    Command.of("touch", "-d", "2020-01-01", context.resolve("page"), context).check();
    return context;
  }

  @Test
  void theExampleOfTheReadmeNeedsNoRoot() {
    Path hello = user.checkout().resolve("examples/hello");
    user.jbuild("build", "-q", "-t", "hello:1", hello).check();

    assertThat(user.jbuild("run", "--rm", "hello:1").check().out()).contains("Linux");
    assertThat(user.jbuild("build", "-t", "hello:1", hello).check().err()).contains("CACHED");
    assertThat(user.home().resolve(".local/share/jbuild/layers")).isNotEmptyDirectory();
  }

  @Test
  void anImageWithSeveralOwnersIsTheSameAsRoots(Jbuild jbuild) throws IOException {
    Path context = context();

    String users = user.jbuild("build", "-q", "-t", "owners", context).check().out();
    String roots =
        jbuild
            .command("build", "-q", "-t", "owners", context)
            .with("SOURCE_DATE_EPOCH", 1700000000)
            .check()
            .out();

    assertThat(users).startsWith("sha256:").isEqualTo(roots);
  }

  @Test
  void whatIsWrittenToAFolderIsTheUsers() throws IOException {
    Path out = user.work().resolve("out");
    user.jbuild("build", "-q", "-o", out, context()).check();

    assertThat(Files.getAttribute(out.resolve("srv/www/page"), "unix:uid"))
        .isEqualTo(OrdinaryUser.UID);
    assertThat(Files.getAttribute(out.resolve("srv/old"), "unix:gid")).isEqualTo(OrdinaryUser.UID);
    assertThat((int) Files.getAttribute(out.resolve("srv/www/page"), "unix:mode") & 07777)
        .as("no program that becomes this user for others")
        .isEqualTo(0755);
  }

  @Test
  void aContainerServesAPortAndIsEnteredAndStopped() throws Exception {
    user.jbuild("build", "-q", "-t", "site", context()).check();
    String warnings =
        user.jbuild("run", "-d", "-m", "64m", "--name", "web", "-p", "127.0.0.1::8080", "site")
            .check()
            .err();

    String port = user.jbuild("port", "web", "8080/tcp").check().out().strip();
    assertThat(page("http://" + port + "/page")).isEqualTo("a page\n");
    assertThat(user.jbuild("exec", "web", "id", "-u").check().out()).isEqualTo("33\n");
    // The second is the shim's alone.
    assertThat(user.jbuild("exec", "web", "id", "-u").check().out()).isEqualTo("33\n");
    assertThat(
            user.jbuild("exec", "-i", "-u", "0", "web", "cat")
                .input("typed".getBytes(UTF_8))
                .check()
                .out())
        .isEqualTo("typed");
    assertThat(user.jbuild("exec", "web", "sh", "-c", "exit 9").run().code()).isEqualTo(9);
    user.jbuild("cp", "web:/srv/www/page", user.work().resolve("copy")).check();
    assertThat(Files.getAttribute(user.work().resolve("copy"), "unix:uid"))
        .isEqualTo(OrdinaryUser.UID);
    assertThat((int) Files.getAttribute(user.work().resolve("copy"), "unix:mode") & 07777)
        .as("not the set-user-ID bit that it has in there")
        .isEqualTo(0755);
    assertThat(user.jbuild("stats", "--no-stream", "web").check().out().contains("/ 64MiB"))
        .as("a limit is shown where there is one")
        .isNotEqualTo(warnings.contains("memory limit capabilities"));
    assertThat(user.jbuild("ps").check().out()).contains("web", "->8080/tcp");
    user.jbuild("stop", "-t", "0", "web").check();
    assertThat(user.jbuild("ps", "-a").check().out()).contains("Exited (137)");
    user.jbuild("rm", "web").check();
  }

  private static String page(String address) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(address)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void containersOfANetworkFindEachOther() {
    user.jbuild("network", "create", "inner").check();
    user.jbuild("run", "-d", "--name", "one", "--network", "inner", "busybox", "sleep", "100")
        .check();

    assertThat(
            user.jbuild("run", "--rm", "--network", "inner", "busybox", "ping", "-c1", "one")
                .check()
                .out())
        .contains("1 packets received");
    user.jbuild("rm", "-f", "one").check();
    user.jbuild("network", "rm", "inner").check();
  }

  /** A sandbox has the machine's /proc then, where all of this user's are to be seen. */
  @Test
  void whereProcIsHiddenSandboxesLookIntoNoOther() {
    user.hideProc();
    user.jbuild("run", "-d", "--name", "other", "-e", "SECRET=mine", "busybox", "sleep", "100")
        .check();

    String look =
        "grep -l SECRET /proc/[0-9]*/environ; mkdir /a /b && touch /a/f && mv /a/f /b && ls -d /proc/[0-9]* | wc -l";
    assertThat(user.jbuild("run", "--rm", "busybox", "sh", "-c", look).check().out().strip())
        .as("processes of others, and none of their variables")
        .containsOnlyDigits()
        .satisfies(count -> assertThat(Integer.parseInt(count)).isGreaterThan(5));
    user.jbuild("rm", "-f", "other").check();
  }

  @Test
  void whatBelongsToMappedIdsIsRemoved() throws IOException {
    user.jbuild("build", "-q", "-t", "owners", context()).check();
    user.jbuild("rmi", "-f", "owners").check();
    user.jbuild("system", "prune", "-a", "-f").check();

    assertThat(user.home().resolve(".local/share/jbuild/layers")).isEmptyDirectory();
  }

  @Test
  void anIdThatIsNotMappedIsAnErrorWithTheRemedy() {
    assertThat(user.jbuild("run", "--rm", "-u", "70000", "busybox", "id").run().err())
        .contains("cannot run as 70000:0", "larger range in /etc/subuid");
  }
}
