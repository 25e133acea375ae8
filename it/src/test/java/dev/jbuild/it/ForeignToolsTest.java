package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import dev.jbuild.testkit.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jbuild writes the field's other tools read, and what they write jbuild reads. */
@EndToEnd(needs = {"buildah", "podman", "runc", "python3"})
final class ForeignToolsTest {
  /**
   * Deletions, replaced folders, links, modes, owners, long and strange names: what a layer format
   * is for.
   */
  private static final String DOCKERFILE =
      """
      FROM busybox AS first
      RUN mkdir -p /d/sub /gone /opaque && echo 1 > /d/sub/one && echo old > /gone/file && echo old > /opaque/old
      FROM first
      RUN rm -r /gone && rm -r /opaque && mkdir /opaque && echo new > /opaque/new
      RUN ln /d/sub/one /d/hard && ln -s sub/one /d/soft && mkfifo /d/pipe && chmod 4711 /d/sub/one && chown 1000:100000 /d/sub
      COPY --chown=33:33 . /app/
      RUN echo x > "/d/$(printf 'long%.0s' $(seq 1 60))" && echo y > /d/naïve
      WORKDIR /app
      ENV GREETING="hello  there"
      LABEL two="a b" one=1
      USER www-data
      ENTRYPOINT ["sh", "-c"]
      CMD ["echo $GREETING from $(id -un) in $PWD"]
      """;

  @TempDir private Path temp;

  @BeforeEach
  void build(Jbuild jbuild, Folder context) {
    context
        .dockerfile(DOCKERFILE)
        .file("a/b.txt", "b\n")
        .file("run.sh", "#!/bin/sh\n")
        .permissions("run.sh", "rwxr-x---")
        .link("link", "a/b.txt");
    jbuild.check("build", "-q", "-t", "sample", context);
  }

  @Test
  void umociUnpacksTheSameTree(Jbuild jbuild, Folder context) throws Exception {
    Path bundle = unpack(jbuild, context);
    Path local = temp.resolve("local");

    jbuild.check("build", "-q", "-o", local, context);

    SortedMap<String, String> fromUmoci = Trees.describe(bundle.resolve("rootfs"));
    assertThat(fromUmoci)
        .doesNotContainKeys("/gone", "/opaque/old")
        .containsKeys("/opaque/new", "/d/naïve");
    assertThat(Trees.describe(local)).isEqualTo(fromUmoci);
  }

  @Test
  void runcRunsTheUnpackedResult(Jbuild jbuild, Folder context) throws Exception {
    Path bundle = unpack(jbuild, context);
    Command.of("python3", "-c", NO_TERMINAL, bundle.resolve("config.json")).check();

    assertThat(
            Command.of(
                    "runc", "run", "--bundle", bundle, "jbuild-it-" + ProcessHandle.current().pid())
                .check()
                .out())
        .isEqualTo(jbuild.check("run", "--rm", "sample").out())
        .isEqualTo("hello there from www-data in /app\n");
  }

  private static final String NO_TERMINAL =
      """
      import json, sys
      spec = json.load(open(sys.argv[1]))
      spec['process']['terminal'] = False
      # Nothing may be raised where a limit is lower, and one machine's cgroups are not another's.
      spec['process'].pop('rlimits', None)
      spec['linux'].pop('resources', None)
      json.dump(spec, open(sys.argv[1], 'w'))
      """;

  private Path unpack(Jbuild jbuild, Folder context) {
    Path layout = temp.resolve("layout");
    Path archive = temp.resolve("sample.tar");
    jbuild.check("build", "-q", "-t", "sample", "-o", "type=oci,dest=" + archive, context);
    Command.of(
            "skopeo",
            "copy",
            "--quiet",
            "--insecure-policy",
            "oci-archive:" + archive,
            "oci:" + layout + ":sample")
        .check();
    Command.of("umoci", "unpack", "--image", layout + ":sample", temp.resolve("bundle")).check();
    return temp.resolve("bundle");
  }

  @Test
  void skopeoReadsEveryFormatAndSeesOneImage(Jbuild jbuild, Folder context) {
    Path docker = temp.resolve("docker.tar");
    Path saved = temp.resolve("saved.tar");
    Path oci = temp.resolve("oci.tar");
    jbuild.check("build", "-q", "-t", "sample", "-o", "type=docker,dest=" + docker, context);
    jbuild.check("build", "-q", "-t", "sample", "-o", "type=oci,dest=" + oci, context);
    jbuild.check("save", "-o", saved, "sample");

    String config = skopeoConfig("oci-archive:" + oci);
    assertThat(skopeoConfig("docker-archive:" + docker)).isEqualTo(config);
    assertThat(skopeoConfig("docker-archive:" + saved)).isEqualTo(config);
    assertThat(config)
        .contains("GREETING=hello  there")
        .contains("\"User\":\"www-data\"")
        .contains("\"WorkingDir\":\"/app\"");
  }

  private static String skopeoConfig(String source) {
    String config = Command.of("skopeo", "inspect", "--config", "--raw", source).check().out();
    assertThat(config).startsWith("{");
    return config;
  }

  @Test
  void podmanAndBuildahReadWhatWasPushed(Jbuild jbuild, LocalRegistry registry) {
    String name = registry.host() + "/it/pushed:1";
    jbuild.check("tag", "sample", name);
    jbuild.check("push", name);

    Command buildah = containers("buildah");
    buildah.and("pull", "--tls-verify=false", name).check();
    assertThat(
            buildah
                .and("inspect", "--type", "image", "--format", "{{.OCIv1.Config.Labels}}", name)
                .check()
                .out())
        .contains("one:1", "two:a b");
    Command podman = containers("podman");
    assertThat(podman.and("image", "inspect", "--format", "{{.Config.User}}", name).check().out())
        .isEqualTo("www-data\n");
    Command.of("rm", "-rf", temp.resolve("containers")).check();
  }

  @Test
  void readsWhatBuildahSkopeoAndPodmanWrite(Jbuild jbuild, LocalRegistry registry, Folder context) {
    String name = registry.host() + "/it/foreign:1";
    context.file("Containerfile", "FROM scratch\nCOPY a/b.txt /b.txt\nENV BY=buildah\n");
    Command buildah = containers("buildah");
    buildah
        .and(
            "bud",
            "-q",
            "--isolation",
            "chroot",
            "-f",
            context.path().resolve("Containerfile"),
            "-t",
            name,
            context)
        .check();
    buildah.and("push", "-q", "--tls-verify=false", name, "docker://" + name).check();
    buildah
        .and(
            "push",
            "-q",
            name,
            "docker-archive:" + temp.resolve("buildah.tar") + ":it/from-buildah:1")
        .check();
    containers("podman")
        .and("save", "-q", "--format", "oci-archive", "-o", temp.resolve("podman.tar"), name)
        .check();

    jbuild.check("pull", name);
    jbuild.check("load", "-i", temp.resolve("buildah.tar"));
    jbuild.check("load", "-i", temp.resolve("podman.tar"));

    for (String image : new String[] {name, "it/from-buildah:1"}) {
      context.dockerfile(
          "FROM "
              + image
              + " AS theirs\nFROM busybox\nCOPY --from=theirs /b.txt /\nRUN cat /b.txt\n");
      jbuild.check("build", "-q", "-t", "on-theirs", context);
      assertThat(jbuild.check("run", "--rm", "on-theirs", "cat", "/b.txt").out()).isEqualTo("b\n");
      assertThat(jbuild.check("inspect", image).out()).contains("BY=buildah");
    }
    Command.of("rm", "-rf", temp.resolve("containers")).check();
  }

  /** The tool with a storage of its own, on plain folders: nothing to unmount. */
  private Command containers(String tool) {
    return Command.of(
            tool,
            "--storage-driver",
            "vfs",
            "--root",
            temp.resolve("containers/root"),
            "--runroot",
            temp.resolve("containers/run"))
        .with("TMPDIR", temp);
  }

  @Test
  void readsLayersOfEveryCompression(Jbuild jbuild, LocalRegistry registry) {
    for (String format : new String[] {"gzip", "zstd"}) {
      String name = registry.host() + "/it/" + format + ":1";
      Path archive = temp.resolve(format + ".tar");
      jbuild.check("save", "-o", archive, "sample");
      Command copy =
          Command.of(
              "skopeo",
              "copy",
              "-q",
              "--insecure-policy",
              "--dest-tls-verify=false",
              "--format",
              "oci");
      copy.and("--dest-compress-format", format, "docker-archive:" + archive, "docker://" + name)
          .check();
      Jbuild other = Jbuild.on(temp.resolve("store-" + format));

      other.check("pull", name);

      assertThat(other.check("run", "--rm", name).out())
          .isEqualTo("hello there from www-data in /app\n");
    }
    assertThat(Files.isDirectory(temp)).isTrue();
  }
}
