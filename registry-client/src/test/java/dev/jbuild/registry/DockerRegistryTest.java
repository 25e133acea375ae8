package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Docker's registry server, with skopeo as the judge of what arrives there. */
class DockerRegistryTest {
  private static final byte[] CONFIG =
      "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"config\":{}}"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] LAYER = Fixtures.gzip(Fixtures.random(3_000_000));

  @TempDir static Path folder;
  private static DockerRegistry registry;

  @TempDir Path home;
  private RegistryClient client;

  @BeforeAll
  static void start() throws IOException {
    registry = DockerRegistry.open(folder);
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  @BeforeEach
  void open() {
    client = RegistryClient.open(Fixtures.settings(home));
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void whatIsPushedIsWhatIsPulled() throws IOException {
    ImageReference reference = image("round/trip:one");
    byte[] manifest = push(reference);

    Resolved resolved = client.resolve(reference);

    assertThat(resolved.bytes()).isEqualTo(manifest);
    assertThat(resolved.descriptor())
        .isEqualTo(
            Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(manifest), manifest.length));
    assertThat(resolved.servedBy()).isEqualTo(registry.host());
    assertThat(client.head(reference)).contains(resolved.descriptor());
    assertThat(client.manifest(reference, Digest.sha256(manifest)).bytes()).isEqualTo(manifest);
    assertThat(Fixtures.fetch(client, reference, LAYER)).isEqualTo(LAYER);
  }

  /** This registry keeps no lists, so that they are tags (Referrers Tag Schema). */
  @Test
  void whatHasASubjectIsListedUnderItsTag() throws IOException {
    ImageReference image = image("signed/image:1");
    byte[] manifest = push(image);
    Json.Obj signature =
        Json.parseObject(manifest)
            .with("artifactType", "application/signature")
            .with("annotations", Json.textMap(Map.of("by", "me")))
            .with(
                "subject",
                Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(manifest), manifest.length)
                    .toJson());
    Json.Obj other = signature.with("artifactType", "application/sbom");

    client.pushManifest(image.withTag("sig"), MediaTypes.OCI_MANIFEST, signature.bytes());
    client.pushManifest(image.withTag("again"), MediaTypes.OCI_MANIFEST, signature.bytes());
    client.pushManifest(image.withTag("sbom"), MediaTypes.OCI_MANIFEST, other.bytes());

    List<Json.Obj> found = client.referrers(image, Digest.sha256(manifest));
    assertThat(found)
        .extracting(one -> one.text("digest").orElse(""))
        .containsExactly(
            Digest.sha256(signature.bytes()).toString(), Digest.sha256(other.bytes()).toString());
    assertThat(found.getFirst().text("artifactType")).contains("application/signature");
    assertThat(found.getFirst().textMap("annotations")).containsEntry("by", "me");
    assertThat(client.referrers(image, Digest.sha256(signature.bytes()))).isEmpty();
  }

  @Test
  void aBlobIsUploadedOnce() throws IOException {
    ImageReference reference = image("upload/once:1");
    byte[] content = Fixtures.random(1234);
    List<Long> progress = new ArrayList<>();

    assertThat(client.hasBlob(reference, Digest.sha256(content))).isFalse();
    assertThat(
            client.pushBlob(
                reference, Fixtures.blob(content), Fixtures.source(content), progress::add))
        .isTrue();
    assertThat(
            client.pushBlob(
                reference, Fixtures.blob(content), Fixtures.source(content), progress::add))
        .isFalse();

    assertThat(progress.getLast()).isEqualTo(1234);
    assertThat(client.hasBlob(reference, Digest.sha256(content))).isTrue();
  }

  @Test
  void anEmptyBlobGoesBothWays() throws IOException {
    ImageReference reference = image("upload/empty:1");
    byte[] nothing = new byte[0];

    client.pushBlob(reference, Fixtures.blob(nothing), Fixtures.source(nothing), _ -> {});

    assertThat(Fixtures.fetch(client, reference, nothing)).isEmpty();
  }

  @Test
  void aBlobIsUploadedInChunks() throws IOException {
    RegistrySettings chunked =
        Fixtures.configured(
            home, "{\"registries\":{\"" + registry.host() + "\":{\"chunkSize\":70000}}}");
    ImageReference reference = image("upload/chunks:1");
    byte[] content = Fixtures.random(400_001);
    try (RegistryClient other = RegistryClient.open(chunked)) {
      other.pushBlob(reference, Fixtures.blob(content), Fixtures.source(content), _ -> {});
    }

    assertThat(Fixtures.fetch(client, reference, content)).isEqualTo(content);
  }

  @Test
  void wrongContentIsRefusedByTheRegistry() {
    byte[] content = Fixtures.random(100);
    Descriptor lie = Descriptor.of(MediaTypes.OCI_LAYER, Digest.sha256("other"), content.length);

    assertThatThrownBy(
            () -> client.pushBlob(image("upload/lie:1"), lie, Fixtures.source(content), _ -> {}))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("DIGEST_INVALID");
  }

  @Test
  void aSourceThatEndsEarlyIsTheCallersFailure() {
    byte[] content = Fixtures.random(100);

    assertThatThrownBy(() ->
            client.pushBlob(
                image("upload/short:1"),
                Fixtures.blob(content),
                Fixtures.source(new byte[40]),
                _ -> {}))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the content ended after 40 of 100 bytes");
  }

  @Test
  void aBlobIsMountedFromAnotherRepository() throws IOException {
    byte[] content = Fixtures.random(5000);
    ImageReference to = image("mount/to:1");
    client.pushBlob(
        image("mount/from:1"), Fixtures.blob(content), Fixtures.source(content), _ -> {});

    assertThat(client.mountBlob(to, Digest.sha256(content), "mount/from")).isTrue();
    assertThat(client.mountBlob(to, Digest.sha256("nowhere"), "mount/from")).isFalse();
    assertThat(Fixtures.fetch(client, to, content)).isEqualTo(content);
  }

  @Test
  void tagsAreListed() throws IOException {
    for (int i = 1; i <= 7; i++) {
      push(image("tags/many:v" + i));
    }

    assertThat(client.tags(image("tags/many")))
        .containsExactlyInAnyOrder("v1", "v2", "v3", "v4", "v5", "v6", "v7");
  }

  @Test
  void whatIsDeletedIsGone() throws IOException {
    ImageReference reference = image("delete/me:1");
    Digest digest = Digest.sha256(push(reference));

    client.deleteManifest(reference.withDigest(digest));
    client.deleteBlob(reference, Digest.sha256(LAYER));

    assertThatThrownBy(() -> client.resolve(reference))
        .isInstanceOfSatisfying(RegistryException.class, e -> assertThat(e.isNotFound()).isTrue());
    assertThat(client.hasBlob(reference, Digest.sha256(LAYER))).isFalse();
  }

  @Test
  void aMissingTagIsSaidWithWhatToDo() {
    ImageReference reference = image("no/such:tag");

    assertThatThrownBy(() -> client.resolve(reference))
        .hasMessageStartingWith(
            "cannot fetch the manifest of " + reference + ": " + registry.host())
        .hasMessageContaining("404 Not Found (MANIFEST_UNKNOWN: manifest unknown)")
        .hasMessageEndingWith("check the name and the tag");
    assertThat(client.head(reference)).isEmpty();
  }

  @Test
  void skopeoReadsWhatWePush() throws Exception {
    ImageReference reference = image("for/skopeo:1");
    byte[] manifest = push(reference);

    byte[] raw = skopeo("inspect", "--raw", "--tls-verify=false", "docker://" + reference);
    skopeo(
        "copy",
        "--preserve-digests",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        "docker://" + reference,
        "docker://" + image("from/skopeo:1"));

    assertThat(raw).isEqualTo(manifest);
    assertThat(client.resolve(image("from/skopeo:1")).bytes()).isEqualTo(manifest);
  }

  private static byte[] skopeo(String... arguments) throws Exception {
    Path program = Path.of("/usr/bin/skopeo");
    Assumptions.assumeTrue(Files.isExecutable(program), "skopeo is not installed");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output;
  }

  /** Pushes an image of one layer, with an annotation that says where it went. */
  private byte[] push(ImageReference reference) throws IOException {
    Descriptor config = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.sha256(CONFIG), CONFIG.length);
    client.pushBlob(reference, config, Fixtures.source(CONFIG), _ -> {});
    client.pushBlob(reference, Fixtures.blob(LAYER), Fixtures.source(LAYER), _ -> {});
    byte[] manifest =
        new Manifest(
                MediaTypes.OCI_MANIFEST,
                config,
                List.of(Fixtures.blob(LAYER)),
                Map.of("for", reference.repository()))
            .toJson()
            .pretty(3)
            .getBytes(StandardCharsets.UTF_8);
    assertThat(client.pushManifest(reference, MediaTypes.OCI_MANIFEST, manifest))
        .isEqualTo(Digest.sha256(manifest));
    return manifest;
  }

  private static ImageReference image(String rest) {
    return Fixtures.image(registry.host(), rest);
  }
}
