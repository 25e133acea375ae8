package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
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

  @Test
  void layersLeaveInEveryCompression(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile("FROM scratch\nCOPY f /f\n").file("f", "f\n".repeat(10_000));
    Path ids = temp.resolve("ids");
    String id = jbuild.check("build", "-q", "--iidfile", ids, context).out().strip();
    assertThat(ids).hasContent(id);

    for (String way :
        new String[] {
          "gzip tar+gzip 1f8b", "gzip,compression-level=9 tar+gzip 1f8b",
          "zstd tar+zstd 28b52ffd", "zstd,compression-level=19 tar+zstd 28b52ffd",
          "uncompressed tar\" 66"
        }) {
      String[] words = way.split(" ", -1);
      Path layout = temp.resolve(words[0].replace(",", "-"));
      jbuild
          .command("build", "-q", "-o")
          .and("type=oci,tar=false,dest=" + layout + ",compression=" + words[0], context)
          .check();

      String manifest = raw("oci:" + layout);
      assertThat(manifest).contains("image.layer.v1." + words[1]).contains(id);
      Path layer =
          layout.resolve(
              "blobs/sha256/" + manifest.replaceAll("(?s).*\"layers\".*sha256:(\\w+).*", "$1"));
      assertThat(HexFormat.of().formatHex(Files.readAllBytes(layer))).startsWith(words[2]);
      Jbuild other = Jbuild.on(temp.resolve("other"));
      assertThat(other.check("load", "-q", "-i", layout).out()).contains(id);
    }
    Command.of("rm", "-rf", temp.resolve("other")).check();
  }

  @Test
  void anImageHasTheNameOfItsOutput(Jbuild jbuild, Folder context, LocalRegistry registry)
      throws Exception {
    context.dockerfile("FROM scratch\nCOPY f /f\n").file("f", "f\n");
    String pushed = registry.host() + "/out/named:1";
    Path metadata = temp.resolve("metadata.json");

    jbuild
        .command("build", "-q", "--metadata-file", metadata)
        .and("-o", "type=image,name=it/named:1", "-o", "type=image,push=1,name=" + pushed, context)
        .check();

    assertThat(jbuild.check("images", "--format", "{{.Repository}}:{{.Tag}}").out())
        .contains("it/named:1\n", pushed + "\n");
    assertThat(Files.readString(metadata))
        .contains("docker.io/it/named:1," + pushed)
        .contains(digest("docker://" + pushed));
  }

  /** Annotations of several platforms' images cost none of the platforms. */
  @Test
  void annotationsGoToEveryPlatform(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM scratch\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\n").file("f", "f\n");
    Path layout = temp.resolve("layout");
    jbuild
        .command("build", "-q", "--platform", "linux/amd64,linux/arm64", "--annotation", "a=b")
        .and("-o", "type=oci,tar=false,dest=" + layout + ",annotation.k=v,annotation-index.i=j")
        .and(context)
        .check();

    assertThat(raw("oci:" + layout)).contains("amd64", "arm64", "\"i\":\"j\"");
    for (String platform : new String[] {"amd64", "arm64"}) {
      Path one = temp.resolve(platform);
      Command.of("skopeo", "copy", "-q", "--insecure-policy", "--override-arch", platform)
          .and("oci:" + layout, "oci:" + one)
          .check();
      assertThat(raw("oci:" + one)).contains("\"a\":\"b\"", "\"k\":\"v\"").doesNotContain("\"i\"");
    }
    assertThat(
            jbuild
                .run("build", "-o", "type=oci,dest=" + layout + ".tar,annotation-frob.x=y", context)
                .err())
        .contains("unknown output field annotation-frob.x");
  }

  @Test
  void platformsShareAFolderWhereNoFileMeetsAnother(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM scratch\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\n").file("f", "f\n");
    String both = "--platform=linux/amd64,linux/arm64";
    Path out = temp.resolve("out");
    jbuild.check("build", "-q", both, "-o", "type=local,platform-split=false,dest=" + out, context);
    assertThat(out.resolve("f-amd64")).exists();
    assertThat(out.resolve("f-arm64")).exists();
    Path tar = temp.resolve("out.tar");
    jbuild.check(
        "build",
        "-q",
        "--platform=linux/amd64",
        "-o",
        "type=tar,platform-split=1,dest=" + tar,
        context);
    assertThat(Command.of("tar", "-tf", tar).check().out()).contains("linux_amd64/f-amd64\n");

    context.dockerfile("FROM scratch\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\nCOPY f /same\n");
    Path none = temp.resolve("none");
    Command.Outcome refused =
        jbuild.run("build", both, "-o", "type=local,platform-split=0,dest=" + none, context);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains(
            "cannot overwrite same from linux/amd64 with linux/arm64 when split option is disabled");
    assertThat(none).doesNotExist();
  }
}
