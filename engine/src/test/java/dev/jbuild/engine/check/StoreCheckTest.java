package dev.jbuild.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.engine.Origins;
import dev.jbuild.engine.archive.Images;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageIndex;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Manifest;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.registry.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {
  @TempDir private Path temp;
  private Images images;
  private LocalImage image;

  @BeforeEach
  void build() throws IOException {
    images = new Images(temp.resolve("store"));
    image = images.make("one:1", "a", "b");
  }

  private static RegistryClient noRegistry() {
    throw new AssertionError("what was built here is looked for in a registry");
  }

  private StoreCheck.Report check(boolean repair) throws IOException {
    return StoreCheck.run(
        images.store(), images.layers(), repair, StoreCheckTest::noRegistry, _ -> {});
  }

  @Test
  void aHealthyStoreHasNoFindings() throws Exception {
    StoreCheck.Report report = check(false);

    assertThat(report.findings()).isEmpty();
    assertThat(report.isWrong()).isFalse();
    assertThat(report.layers()).isEqualTo(2);
    assertThat(report.names()).isEqualTo(1);
  }

  @Test
  void aBlobWithOtherContentIsFoundAndWhatNeedsItNamed() throws Exception {
    Files.writeString(images.store().blobs().path(image.id()), "{}");

    assertThat(check(false).findings())
        .extracting(Finding::what)
        .anyMatch(what -> what.contains("blob " + image.id()))
        .anyMatch(what -> what.startsWith("image one:1"));
    assertThat(check(true).isWrong()).isFalse();
    assertThat(images.store().names().list()).isEmpty();
    assertThat(check(false).findings()).isEmpty();
  }

  @Test
  void aChangedFileOfALayerIsFoundAndTheLayerRemoved() throws Exception {
    Files.writeString(image.layers().getFirst().fs().resolve("file-0"), "changed");

    StoreCheck.Report report = check(false);

    assertThat(report.isWrong()).isTrue();
    assertThat(report.findings()).hasSize(1);
    assertThat(report.findings().getFirst().what())
        .contains("has other files than it was made with");
    check(true);
    assertThat(images.layers().byId(image.layers().getFirst().id())).isEmpty();
    assertThat(check(false).findings()).isEmpty();
  }

  @Test
  void anIndexOfImagesThatOnlyTheirRegistryHasIsWhole() throws Exception {
    ImageReference name = ImageReference.parse("localhost:1/many:1");
    Descriptor config = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.sha256("config"), 6);
    Descriptor layer = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.sha256("layer"), 5);
    new Origins(images.store()).seen(config.digest(), name);
    Manifest manifest = new Manifest(MediaTypes.OCI_MANIFEST, config, List.of(layer), Map.of());
    Descriptor entry = put(MediaTypes.OCI_MANIFEST, manifest.toJson());
    images
        .store()
        .names()
        .set(name, put(MediaTypes.OCI_INDEX, ImageIndex.of(List.of(entry)).toJson()));

    assertThat(check(true).findings()).isEmpty();
    assertThat(images.store().names().get(name)).isPresent();
  }

  private Descriptor put(String type, Json.Obj json) throws IOException {
    byte[] bytes = json.bytes();
    return Descriptor.of(type, images.store().blobs().put(bytes), bytes.length);
  }
}
