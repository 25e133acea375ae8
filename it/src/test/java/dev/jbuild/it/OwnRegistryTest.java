package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jbuild registry serve} with other tools as its clients. */
@EndToEnd(needs = {"podman", "buildah"})
final class OwnRegistryTest {
  @TempDir private Path temp;

  @AfterEach
  void clean() {
    for (String folder : new String[] {"other", "third", "containers"}) {
      Command.of("rm", "-rf", temp.resolve(folder)).check();
    }
  }

  private Running serve(Jbuild jbuild, Object... options) {
    return jbuild
        .command("registry", "serve", "--addr", "127.0.0.1:0", "--root", temp.resolve("registry"))
        .with("DOCKER_CONFIG", temp)
        .and(options)
        .start();
  }

  private static String host(Running served) throws InterruptedException {
    RunTest.awaitLine(served, "Serving http://");
    return served.out().replaceAll("(?s).*http://(\\S+).*", "$1");
  }

  private static String build(Jbuild jbuild, Folder context, String name) {
    context.dockerfile("FROM busybox\nCOPY f /f\nCMD [\"cat\", \"/f\"]\n").file("f", name + "\n");
    jbuild.check("build", "-q", "-t", name, context);
    return jbuild.check("push", name).out().replaceAll("(?s).*digest: (sha256:\\w+).*", "$1");
  }

  private static String digest(String source) {
    return Command.of("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", source)
        .check()
        .out()
        .strip();
  }

  private static void copy(String from, String to) {
    Command.of("skopeo", "copy", "-q", "--insecure-policy", "--preserve-digests")
        .and("--src-tls-verify=false", "--dest-tls-verify=false", from, to)
        .check();
  }

  @Test
  void skopeoTakesImagesOutAndInOnAllWaysAndUmociUnpacksThem(Jbuild jbuild, Folder context)
      throws Exception {
    try (Running served = serve(jbuild)) {
      String host = host(served);
      String digest = build(jbuild, context, host + "/ways/app:1");
      for (String way : new String[] {"oci:L:x", "oci-archive:A:x", "dir:D"}) {
        String target = way.replaceFirst("([LAD])", temp + "/$1");
        copy("docker://" + host + "/ways/app:1", target);
        copy(target, "docker://" + host + "/ways/back:1");
        assertThat(digest("docker://" + host + "/ways/back:1")).as(way).isEqualTo(digest);
        Command.of("skopeo", "delete", "--tls-verify=false", "docker://" + host + "/ways/back:1")
            .check();
      }
      // An archive of Docker's has layers that are not packed: the image stays, the manifest can't.
      Command.of("skopeo", "copy", "-q", "--insecure-policy", "--src-tls-verify=false")
          .and("docker://" + host + "/ways/app:1", "docker-archive:" + temp + "/d.tar:x:1")
          .check();
      Command.of("skopeo", "copy", "-q", "--insecure-policy", "--dest-tls-verify=false")
          .and("docker-archive:" + temp + "/d.tar", "docker://" + host + "/ways/docker:1")
          .check();
      Jbuild other = Jbuild.on(temp.resolve("other"));
      assertThat(other.check("run", "--rm", host + "/ways/docker:1").out())
          .isEqualTo(host + "/ways/app:1\n");
      Command.of("umoci", "unpack", "--image", temp + "/L:x", temp.resolve("bundle")).check();
      assertThat(temp.resolve("bundle/rootfs/f")).hasContent(host + "/ways/app:1");
      Command.of("rm", "-rf", temp.resolve("bundle")).check();
    }
  }

  @Test
  void podmanAndBuildahPushAndPull(Jbuild jbuild, Folder context) throws Exception {
    try (Running served = serve(jbuild)) {
      String host = host(served);
      String digest = build(jbuild, context, host + "/their/app:1");
      Command podman = containers("podman");
      Command buildah = containers("buildah");

      podman.and("pull", "-q", "--tls-verify=false", host + "/their/app:1").check();
      for (Command tool : new Command[] {podman, buildah}) {
        String name = host + "/their/" + tool.words().getFirst() + ":2";
        tool.and("tag", host + "/their/app:1", name).check();
        tool.and("push", "-q", "--tls-verify=false", "--compression-format", "zstd")
            .and("--format", "oci", name, "docker://" + name)
            .check();
        Jbuild other = Jbuild.on(temp.resolve("other"));
        other.check("pull", "-q", name);
        assertThat(other.check("run", "--rm", name).out()).isEqualTo(host + "/their/app:1\n");
      }
      assertThat(digest("docker://" + host + "/their/app:1")).isEqualTo(digest);
    }
  }

  private Command containers(String tool) {
    return Command.of(tool, "--storage-driver", "vfs", "--root", temp.resolve("containers/root"))
        .and("--runroot", temp.resolve("containers/run"))
        .with("TMPDIR", temp);
  }

  @Test
  void aCacheOfAnotherRegistryServesWhileThatOneIsDown(Jbuild jbuild, Folder context)
      throws Exception {
    LocalRegistry upstream = LocalRegistry.withLogin(temp.resolve("upstream"));
    try (upstream) {
      login(jbuild, upstream);
      context.dockerfile("FROM busybox\nCMD [\"echo\", \"kept\"]\n");
      jbuild.check("build", "-q", "-t", upstream.host() + "/team/app:1", context);
      jbuild.command("push", upstream.host() + "/team/app:1").with("DOCKER_CONFIG", temp).check();
      try (Running cache = serve(jbuild, "--proxy", "http://" + upstream.host())) {
        String name = host(cache) + "/team/app:1";
        String other = host(cache) + "/team/app:other";
        Outcome pushed = jbuild.run("push", tagged(jbuild, upstream.host() + "/team/app:1", other));
        assertThat(pushed.code()).isEqualTo(1);
        assertThat(pushed.err()).contains("this registry is only a cache");
        String pulled = Jbuild.on(temp.resolve("other")).check("pull", name).out();
        assertThat(
                Command.of("skopeo", "list-tags", "--tls-verify=false")
                    .and("docker://" + name.substring(0, name.length() - 2))
                    .check()
                    .out())
            .contains("\"1\"");

        upstream.close();

        Jbuild third = Jbuild.on(temp.resolve("third"));
        assertThat(third.check("pull", name).out())
            .contains(pulled.replaceAll("(?s).*(Digest: \\S+).*", "$1"));
        assertThat(third.check("run", "--rm", name).out()).isEqualTo("kept\n");
        Outcome unknown = third.run("pull", host(cache) + "/team/app:unknown");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains(upstream.host()).contains("refused");
        assertThat(cache.out() + cache.err()).doesNotContain(LocalRegistry.PASSWORD);
      }
    }
  }

  private void login(Jbuild jbuild, LocalRegistry upstream) {
    jbuild
        .command("login", "-u", LocalRegistry.USER, "--password-stdin", upstream.host())
        .with("DOCKER_CONFIG", temp)
        .input(LocalRegistry.PASSWORD.getBytes(StandardCharsets.UTF_8))
        .check();
  }

  private static String tagged(Jbuild jbuild, String from, String to) {
    jbuild.check("tag", from, to);
    return to;
  }

  @Test
  void aReadOnlyRegistryIsPulledFromAndNotPushedTo(Jbuild jbuild, Folder context) throws Exception {
    try (Running first = serve(jbuild)) {
      build(jbuild, context, host(first) + "/fixed:1");
      first.signal("TERM");
      first.await();
      try (Running fixed = serve(jbuild, "--read-only")) {
        String name = host(fixed) + "/fixed:1";
        assertThat(Jbuild.on(temp.resolve("other")).check("pull", name).out()).contains("Digest: ");
        String other = host(fixed) + "/fixed:2";
        Outcome pushed = jbuild.run("push", tagged(jbuild, host(first) + "/fixed:1", other));
        assertThat(pushed.code()).isEqualTo(1);
        assertThat(pushed.err()).contains("this registry is read-only");
        assertThat(
                Command.of("skopeo", "delete", "--tls-verify=false", "docker://" + name)
                    .run()
                    .code())
            .isNotZero();
      }
    }
  }

  @Test
  void whatWasDeletedIsCollectedWhileTheRegistryIsServed(Jbuild jbuild, Folder context)
      throws Exception {
    try (Running served = serve(jbuild)) {
      String host = host(served);
      build(jbuild, context, host + "/gc/app:1");
      String kept = build(jbuild, context, host + "/gc/app:2");
      Command.of("skopeo", "delete", "--tls-verify=false", "docker://" + host + "/gc/app:1")
          .check();
      Object[] gc = {"registry", "gc", "--root", temp.resolve("registry")};

      assertThat(jbuild.command(gc).check().out()).contains("Removed 0 manifests and 0 blobs");
      assertThat(jbuild.command(gc).and("--grace", "0s", "--dry-run").check().out())
          .contains("Would remove 0 manifests and 3 blobs");
      assertThat(jbuild.command(gc).and("--grace", "0s").check().out())
          .contains("Removed 0 manifests and 3 blobs");
      assertThat(Jbuild.on(temp.resolve("other")).check("pull", host + "/gc/app:2").out())
          .contains(kept);
      assertThat(
              jbuild.check("push", tagged(jbuild, host + "/gc/app:1", host + "/gc/app:3")).code())
          .isZero();
      assertThat(Files.exists(temp.resolve("registry/blobs"))).isTrue();
    }
  }
}
