package dev.jbuild.engine.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.engine.archive.Images;
import dev.jbuild.engine.distribution.RegistryCollector.Rules;
import dev.jbuild.engine.distribution.RegistryCollector.Taken;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry from which images are deleted gets smaller, and loses nothing else. */
class RegistryCollectorTest {
  @TempDir private Path temp;
  private Path root;
  private Registry registry;

  @BeforeEach
  void start() throws IOException {
    root = temp.resolve("r");
    registry = Registry.at(root);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private Taken collect(boolean untagged) throws IOException {
    return RegistryCollector.collect(
        Store.open(root), new Rules(Instant.now().minus(Duration.ofHours(1)), untagged, false));
  }

  /** Everything was sent two hours ago. */
  private void age() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      }
    }
  }

  private boolean hasFile(Digest digest) {
    return Files.exists(root.resolve("blobs/sha256").resolve(digest.hex()));
  }

  private int head(String path) throws Exception {
    return registry.send("HEAD", "/v2/" + path).statusCode();
  }

  private Digest put(String repository, String tag, String layer) throws Exception {
    byte[] manifest = registry.manifest(repository, layer);
    assertThat(registry.put(repository, tag, manifest).statusCode()).isEqualTo(201);
    return Digest.sha256(manifest);
  }

  @Test
  void whatOnlyADeletedManifestNeededGoes() throws Exception {
    Digest gone = put("team/app", "1", "only of one");
    put("team/app", "2", "of two");
    registry.send("DELETE", "/v2/team/app/manifests/" + gone);
    age();

    Taken taken = collect(false);

    assertThat(taken.blobs()).as("the manifest and its layer").isEqualTo(2);
    assertThat(taken.bytes()).isGreaterThan(100);
    assertThat(hasFile(Digest.sha256("only of one"))).isFalse();
    assertThat(head("team/app/blobs/" + Digest.sha256("only of one"))).isEqualTo(404);
    assertThat(head("team/app/blobs/" + Digest.sha256("of two"))).isEqualTo(200);
    assertThat(head("team/app/blobs/" + Digest.sha256("{}"))).as("both have it").isEqualTo(200);
    assertThat(collect(false)).isEqualTo(new Taken(0, 0, 0));
  }

  @Test
  void anotherRepositorysBlobStays() throws Exception {
    Digest gone = put("a", "1", "shared");
    put("b", "1", "shared");
    registry.send("DELETE", "/v2/a/manifests/" + gone);
    age();

    collect(false);

    assertThat(head("b/blobs/" + Digest.sha256("shared"))).isEqualTo(200);
    assertThat(head("a/blobs/" + Digest.sha256("shared"))).isEqualTo(404);
  }

  /** A push sends its blobs first, and may find some that nobody else needs any more. */
  @Test
  void whatAPushSentOrFoundStays() throws Exception {
    Descriptor old = registry.blob("a", "left by a push that broke off");
    Descriptor found = registry.blob("a", "found by the next");
    age();
    Descriptor sent = registry.blob("a", "just sent");
    assertThat(head("a/blobs/" + found.digest())).isEqualTo(200);
    registry.send("POST", "/v2/b/blobs/uploads/?from=a&mount=" + found.digest());

    collect(false);

    assertThat(hasFile(old.digest())).isFalse();
    assertThat(head("a/blobs/" + sent.digest())).isEqualTo(200);
    assertThat(head("a/blobs/" + found.digest())).isEqualTo(200);
    assertThat(head("b/blobs/" + found.digest())).isEqualTo(200);
    assertThat(put("a", "1", "just sent")).isNotNull();
  }

  @Test
  void anUploadThatHasNotEndedGoesOn() throws Exception {
    String upload = Registry.header(registry.send("POST", "/v2/a/blobs/uploads/"), "Location");
    registry.send("PATCH", upload, "half".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    age();

    collect(true);

    Digest whole = Digest.sha256("halfhalf");
    assertThat(
            registry
                .send(
                    "PUT",
                    upload + "?digest=" + whole,
                    "half".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .statusCode())
        .isEqualTo(201);
  }

  @Test
  void untaggedManifestsGoWhenThatIsAskedFor() throws Exception {
    Digest first = put("a", "1", "first");
    Digest second = put("a", "1", "second");
    Digest child = put("a", "child", "of an index");
    byte[] index =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", MediaTypes.OCI_INDEX)
            .with(
                "manifests",
                new Json.Arr(
                    List.of(
                        Descriptor.of(
                                MediaTypes.OCI_MANIFEST,
                                child,
                                registry.send("GET", "/v2/a/manifests/child").body().length)
                            .toJson())))
            .bytes();
    registry.send("PUT", "/v2/a/manifests/i", index, "Content-Type", MediaTypes.OCI_INDEX);
    registry.send("DELETE", "/v2/a/manifests/child");
    Digest signature = referrer(second);
    Digest lost = referrer(first);
    age();

    assertThat(collect(false).manifests()).isZero();
    assertThat(collect(true).manifests()).as("the first and what refers to it").isEqualTo(2);

    assertThat(head("a/manifests/" + first)).isEqualTo(404);
    assertThat(head("a/manifests/" + lost)).isEqualTo(404);
    assertThat(hasFile(Digest.sha256("first"))).isFalse();
    for (Digest stays : List.of(second, child, signature, Digest.sha256(index))) {
      assertThat(head("a/manifests/" + stays)).isEqualTo(200);
    }
    assertThat(Registry.text(registry.send("GET", "/v2/a/referrers/" + first)))
        .contains("\"manifests\":[]");
  }

  private Digest referrer(Digest subject) throws Exception {
    Json.Obj manifest = Json.parseObject(registry.manifest("a", "signature of " + subject));
    byte[] bytes =
        manifest
            .with("subject", Descriptor.of(MediaTypes.OCI_MANIFEST, subject, 300).toJson())
            .bytes();
    assertThat(registry.put("a", Digest.sha256(bytes).toString(), bytes).statusCode())
        .isEqualTo(201);
    return Digest.sha256(bytes);
  }

  /** What can't be read may need anything. */
  @Test
  void nothingIsTakenWhenAManifestIsDamaged() throws Exception {
    Digest damaged = put("a", "1", "needed");
    registry.blob("a", "not needed");
    age();
    Files.writeString(root.resolve("blobs/sha256").resolve(damaged.hex()), "{}");

    assertThatThrownBy(() -> collect(false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing is taken")
        .hasMessageContaining(damaged.toString());
    assertThat(hasFile(Digest.sha256("not needed"))).isTrue();
  }

  @Test
  void theStoreOfImagesIsNoRegistry() throws Exception {
    Images images = new Images(temp.resolve("store"));
    images.make("one:1", "x");

    assertThatThrownBy(
            () -> RegistryCollector.collect(images.store(), new Rules(Instant.now(), true, false)))
        .hasMessageContaining("no registry's folder");
    assertThat(images.store().blobs().all()).isNotEmpty();
  }

  @Test
  void aDryRunOnlyCounts() throws Exception {
    registry.blob("a", "not needed");
    age();

    Taken taken = RegistryCollector.collect(Store.open(root), new Rules(Instant.now(), true, true));

    assertThat(taken).isEqualTo(new Taken(0, 1, 10));
    assertThat(hasFile(Digest.sha256("not needed"))).isTrue();
  }
}
