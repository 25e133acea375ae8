package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where builds go with {@code -o}, and that an image is the same on all ways out and in. */
@EndToEnd
final class OutputsTest {
  @TempDir private Path temp;

  private static String raw(String source) {
    return Command.of("skopeo", "inspect", "--raw", "--tls-verify=false", source).check().out();
  }

  private static String digest(String source) {
    return Command.of("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", source)
        .check()
        .out()
        .strip();
  }

  @Test
  void oneBuildWritesAllKinds(Jbuild jbuild, Folder context, LocalRegistry registry)
      throws Exception {
    context.dockerfile("FROM busybox\nCOPY f /f\n").file("f", "f\n");
    String name = registry.host() + "/out/kinds";
    Path metadata = temp.resolve("metadata.json");

    jbuild
        .command("build", "-q", "-t", name + ":1", "--metadata-file", metadata)
        .and("-o", "type=oci,dest=" + temp.resolve("oci.tar"))
        .and("-o", "type=oci,tar=false,dest=" + temp.resolve("layout"))
        .and("-o", "type=docker,dest=" + temp.resolve("docker.tar"))
        .and("-o", "type=local,dest=" + temp.resolve("local"))
        .and("-o", "type=tar,dest=" + temp.resolve("root.tar"))
        .and(
            "-o",
            "type=image,push=true,name="
                + name
                + ":zstd,compression=zstd,compression-level=3,force-compression=true"
                + ",oci-mediatypes=true,annotation.who=me")
        .and("-o", "type=registry,compression=gzip,oci-mediatypes=false,force-compression=true")
        .and(context)
        .check();

    assertThat(raw("docker://" + name + ":zstd"))
        .contains("layer.v1.tar+zstd", "\"who\":\"me\"", "application/vnd.oci.image.manifest");
    assertThat(raw("docker://" + name + ":1"))
        .contains("vnd.docker.distribution.manifest.v2", "rootfs.diff.tar.gzip")
        .doesNotContain("oci");
    assertThat(Files.readString(metadata)).contains(digest("docker://" + name + ":1"));
    assertThat(digest("oci:" + temp.resolve("layout")))
        .isEqualTo(digest("oci-archive:" + temp.resolve("oci.tar")));
    assertThat(temp.resolve("local/f")).hasContent("f");
    assertThat(Command.of("tar", "-tf", temp.resolve("root.tar")).check().out().lines())
        .contains("f");
    Command.of("rm", "-rf", temp.resolve("local")).check();
  }

  @Test
  void filesHaveTheTimeOfTheEpoch(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM scratch\nCOPY . /\n").file("d/f", "f\n");
    for (String tar : new String[] {"a.tar", "b.tar"}) {
      jbuild
          .command("build", "-q", "--no-cache", "-o", "type=tar,dest=" + temp.resolve(tar))
          .and("-o", temp.resolve(tar + ".d"), context)
          .with("SOURCE_DATE_EPOCH", "86400")
          .check();
      Command.of("touch", context.path().resolve("d/f")).check();
    }

    Command.of("cmp", temp.resolve("a.tar"), temp.resolve("b.tar")).check();
    assertThat(Command.of("stat", "-c", "%Y", temp.resolve("a.tar.d/d/f")).check().out())
        .isEqualTo("86400\n");
  }

  /** Layers and manifest of an image that was pulled are the bytes that somebody signed. */
  @Test
  void aPulledImageHasOneDigestOnAllWays(Jbuild jbuild, Folder context, LocalRegistry registry) {
    context.dockerfile("FROM busybox\nCOPY f /f\n").file("f", "f\n");
    String name = registry.host() + "/ways/app:1";
    jbuild.check("build", "-q", "-t", name, context);
    jbuild.check("push", name);
    String signed = digest("docker://" + name);
    Jbuild other = Jbuild.on(temp.resolve("other"));
    other.check("pull", "-q", name);
    other.check("save", "-o", temp.resolve("saved.tar"), name);
    assertThat(digest("oci-archive:" + temp.resolve("saved.tar"))).isEqualTo(signed);

    for (String way :
        new String[] {
          "oci:" + temp.resolve("layout") + ":x",
          "oci-archive:" + temp.resolve("again.tar") + ":x",
          "dir:" + temp.resolve("dir")
        }) {
      copy("oci-archive:" + temp.resolve("saved.tar"), way);
      copy(way, "docker://" + registry.host() + "/ways/back:1");
      assertThat(digest("docker://" + registry.host() + "/ways/back:1")).as(way).isEqualTo(signed);
    }
    other.check("rmi", name);
    assertThat(other.check("load", "-i", temp.resolve("again.tar")).out()).contains("Loaded image");
    assertThat(other.check("load", "-i", temp.resolve("layout")).out()).contains("Loaded image");
    Command.of(
            "skopeo",
            "copy",
            "-q",
            "--insecure-policy",
            "docker-archive:" + temp.resolve("saved.tar"))
        .and("docker-archive:" + temp.resolve("docker.tar") + ":it/docker:1")
        .check();
    other.check("load", "-i", temp.resolve("docker.tar"));
    assertThat(other.check("run", "--rm", "it/docker:1", "cat", "/f").out()).isEqualTo("f\n");
    Command.of("rm", "-rf", temp.resolve("other")).check();
  }

  private static void copy(String from, String to) {
    Command.of("skopeo", "copy", "-q", "--insecure-policy", "--preserve-digests")
        .and("--src-tls-verify=false", "--dest-tls-verify=false", from, to)
        .check();
  }

  @Test
  void severalPlatformsAndTagsGoOnAsTheyAre(Jbuild jbuild, Folder context, LocalRegistry registry) {
    context.dockerfile("FROM scratch\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\n").file("f", "f\n");
    String repository = registry.host() + "/out/many";
    jbuild
        .command("build", "-q", "--platform", "linux/amd64,linux/arm64", "-t", repository + ":1")
        .and("-t", repository + ":2", "--push", context)
        .check();
    jbuild
        .command("build", "-q", "--platform", "linux/amd64,linux/arm64", "-o", temp.resolve("each"))
        .and(context)
        .check();
    assertThat(temp.resolve("each/linux_amd64/f-amd64")).exists();
    assertThat(temp.resolve("each/linux_arm64/f-arm64")).exists();
    Jbuild other = Jbuild.on(temp.resolve("other"));

    other.check("pull", "--platform", "all", repository + ":1");
    other.check("tag", repository + ":1", registry.host() + "/out/copy:1");
    other.check("push", registry.host() + "/out/copy:1");
    assertThat(raw("docker://" + registry.host() + "/out/copy:1"))
        .isEqualTo(raw("docker://" + repository + ":1"));
    assertThat(other.check("pull", "-a", "-q", repository).out()).isEqualTo(repository + "\n");
    assertThat(other.check("images", "--format", "{{.Tag}}", repository).out())
        .contains("1\n", "2\n");
    Command.Outcome none = other.run("pull", "--platform", "linux/s390x", repository + ":1");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("there is: linux/amd64, linux/arm64");
    Command.of("rm", "-rf", temp.resolve("other")).check();
  }
}
