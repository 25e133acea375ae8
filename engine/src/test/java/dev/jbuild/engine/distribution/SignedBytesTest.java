package dev.jbuild.engine.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.EngineException;
import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.engine.archive.Exports;
import dev.jbuild.engine.archive.Images;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.oci.Platform;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody signed leaves as the bytes that came, whatever is in it and however written. */
class SignedBytesTest {
  @TempDir private Path temp;
  private Registry registry;
  private RegistryClient client;
  private Images images;

  @BeforeEach
  void start() throws Exception {
    registry = Registry.at(temp.resolve("registry"));
    client = RegistryClient.open(RegistrySettings.load(Map.of()));
    images = new Images(temp.resolve("images"));
    Images others = new Images(temp.resolve("others"));
    others.make(registry.host() + "/a:1", "x", "y");
    ImageReference name = name("a:1");
    new ImagePush(others.store(), others.layers(), () -> client)
        .push(name, others.find(name.toString()), Packing.USUAL, new Silent());
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private record Silent() implements ImagePush.Progress {
    @Override
    public void state(Digest layer, String state) {
      // nobody looks
    }

    @Override
    public void sent(Digest layer, long current, long total) {
      // nobody looks
    }
  }

  private ImageReference name(String text) {
    return ImageReference.parse(registry.host() + "/" + text);
  }

  private byte[] get(String reference) throws Exception {
    return registry.send("GET", "/v2/a/manifests/" + reference).body();
  }

  private Descriptor put(String reference, String type, String text) throws Exception {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(
            registry
                .send("PUT", "/v2/a/manifests/" + reference, bytes, "Content-Type", type)
                .statusCode())
        .isEqualTo(201);
    return Descriptor.of(type, Digest.sha256(bytes), bytes.length);
  }

  /** The manifest of the image, in other words for the same. */
  private String written(String from, String to) throws Exception {
    return new String(get("1"), UTF_8)
        .replace(from, to)
        .replace(",", " ,\n\t")
        .replaceFirst("\\{", "{ \"x-unknown\" : [ 1.50, null, \"\\\\u00e4\" ],\n");
  }

  private byte[] pulledAndPushed(String tag) throws IOException, InterruptedException {
    ImageReference from = name("a:" + tag);
    ImageReference to = name("b:" + tag);
    new ImageSource(images.store(), images.layers(), () -> client)
        .pullAll(from, Platform.host(), (_, _, _, _) -> {});
    var image = images.find(from.toString());
    new ImagePush(images.store(), images.layers(), () -> client)
        .push(
            to,
            image.target().digest(),
            new Exports(images.store(), images.layers()).bundle(image, Packing.USUAL, List.of(to)),
            new Silent());
    return registry.send("GET", "/v2/b/manifests/" + tag).body();
  }

  @Test
  void anImageOfDockersOrOfOci() throws Exception {
    put("oci", MediaTypes.OCI_MANIFEST, written("", ""));
    String docker =
        written(MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST)
            .replace(MediaTypes.OCI_CONFIG, "application/vnd.docker.container.image.v1+json")
            .replace(
                "application/vnd.oci.image.layer.v1.tar+gzip",
                "application/vnd.docker.image.rootfs.diff.tar.gzip");
    put("docker", MediaTypes.DOCKER_MANIFEST, docker);

    assertThat(pulledAndPushed("oci")).isEqualTo(get("oci"));
    assertThat(pulledAndPushed("docker")).isEqualTo(get("docker"));
  }

  @Test
  void anIndexWithAttestationsAndTypesThatNobodyKnows() throws Exception {
    Descriptor image = put("1", MediaTypes.OCI_MANIFEST, written("", ""));
    Descriptor config = registry.blob("a", "{\"architecture\":\"unknown\",\"os\":\"unknown\"}");
    Descriptor statement = registry.blob("a", "{\"_type\":\"in-toto\"}");
    String attestation =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", MediaTypes.OCI_MANIFEST)
            .with(
                "config",
                Descriptor.of("application/vnd.example+json", config.digest(), config.size())
                    .toJson())
            .with(
                "layers",
                new Json.Arr(
                    List.of(
                        Descriptor.of(
                                "application/vnd.in-toto+json",
                                statement.digest(),
                                statement.size())
                            .toJson())))
            .with("subject", image.toJson())
            .with("artifactType", "application/vnd.example.attestation")
            .compact();
    Descriptor second = put("attestation", MediaTypes.OCI_MANIFEST, attestation);
    String index =
        """
        {"schemaVersion": 2,  "mediaType": "%s",
         "manifests": [ %s , %s ], "annotations": {"b":"1","a":"2"}, "later": {"a": 1}}
        """
            .formatted(
                MediaTypes.OCI_INDEX,
                image.withPlatform(Platform.host()).toJson().compact(),
                second
                    .withPlatform(new Platform("unknown", "unknown", ""))
                    .withAnnotations(Map.of("vnd.docker.reference.type", "attestation-manifest"))
                    .toJson()
                    .compact());
    put("index", MediaTypes.OCI_INDEX, index);

    assertThat(pulledAndPushed("index")).isEqualTo(get("index"));
    assertThat(registry.send("GET", "/v2/b/manifests/" + second.digest()).body())
        .isEqualTo(attestation.getBytes(UTF_8));
    assertThat(client.referrers(name("b"), image.digest()))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.text("digest")).contains(second.digest().toString());
          assertThat(one.text("artifactType")).contains("application/vnd.example.attestation");
        });
    assertThat(registry.send("GET", "/v2/b/blobs/" + statement.digest()).statusCode())
        .isEqualTo(200);
  }

  private Descriptor artifact(String tag, String config, String layer) throws Exception {
    Descriptor blob = registry.blob("a", "\u0001 no JSON");
    return put(
        tag,
        MediaTypes.OCI_MANIFEST,
        Json.obj()
            .with("schemaVersion", 2)
            .with("config", Descriptor.of(config, blob.digest(), blob.size()).toJson())
            .with(
                "layers",
                new Json.Arr(List.of(Descriptor.of(layer, blob.digest(), blob.size()).toJson())))
            .with("later", "kept")
            .compact());
  }

  @Test
  void anArtifactIsKeptAsItIsAndIsNoImage() throws Exception {
    artifact("chart", "application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm");
    // what cosign makes has the config of an image, and layers that are none
    artifact(
        "signature", MediaTypes.OCI_CONFIG, "application/vnd.dev.cosign.simplesigning.v1+json");

    assertThat(pulledAndPushed("chart")).isEqualTo(get("chart"));
    assertThat(pulledAndPushed("signature")).isEqualTo(get("signature"));
    assertThatThrownBy(() -> base("chart"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(
            "a:chart is no image but an artifact, of application/vnd.cncf.helm.c");
    assertThatThrownBy(() -> base("signature"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("of application/vnd.dev.cosign.simplesigning.v1+json");
  }

  private void base(String tag) throws IOException {
    new ImageSource(images.store(), images.layers(), () -> client)
        .get(name("a:" + tag), Platform.host(), false, (_, _, _, _) -> {});
  }

  @Test
  void artifactsUnderAnIndexComeAllTogether() throws Exception {
    Descriptor one = artifact("one", "application/a", "application/b");
    Descriptor two = artifact("two", "application/c", "application/d");
    put("both", MediaTypes.OCI_INDEX, ImageIndex.of(List.of(one, two)).toJson().compact());

    assertThat(pulledAndPushed("both")).isEqualTo(get("both"));
    assertThat(registry.send("GET", "/v2/b/manifests/" + two.digest()).statusCode()).isEqualTo(200);
  }
}
