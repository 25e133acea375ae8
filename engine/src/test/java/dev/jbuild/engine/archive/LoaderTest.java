package dev.jbuild.engine.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.layer.ArchiveException;
import dev.jbuild.layer.ArchiveWriter;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Meta;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import dev.jbuild.store.Lease;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
  private static final Meta FILE = Meta.of(0644, 0, 0, 0, 0);

  @TempDir private Path temp;
  private Images from;
  private Images to;

  @BeforeEach
  void open() {
    from = new Images(temp.resolve("from"));
    to = new Images(temp.resolve("to"));
  }

  private byte[] archive(Packing packing, boolean docker, String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Lease _ = from.store().lease();
        Layout layout = Layout.tar(out)) {
      List<Bundle> bundles = new ArrayList<>();
      for (String name : names) {
        bundles.add(
            new Exports(from.store(), from.layers())
                .bundle(from.find(name), packing, List.of(ImageReference.parse(name))));
      }
      ArchiveFormat.write(bundles, layout, docker);
    }
    return out.toByteArray();
  }

  private List<Loader.Loaded> load(byte[] archive) throws IOException {
    return new Loader(to.store(), to.layers(), Platform.host())
        .load(new ByteArrayInputStream(archive));
  }

  @Test
  void whatWasSavedIsTheSameImageElsewhere() throws Exception {
    LocalImage image = from.make("one:1", "a", "b");

    List<Loader.Loaded> loaded = load(archive(Packing.PLAIN, true, "one:1"));

    assertThat(loaded).hasSize(1);
    assertThat(loaded.getFirst().names()).containsExactly(ImageReference.parse("one:1"));
    assertThat(to.find("one:1").id()).isEqualTo(image.id());
    assertThat(to.find("one:1").target()).isEqualTo(image.target());
    assertThat(Files.readString(to.find("one:1").layers().get(1).fs().resolve("file-1")))
        .isEqualTo("b");
  }

  @Test
  void savingAgainGivesTheSameBytes() throws Exception {
    from.make("one:1", "a", "b");
    byte[] first = archive(Packing.USUAL, true, "one:1");
    load(first);
    from = to;

    assertThat(archive(Packing.USUAL, true, "one:1")).isEqualTo(first);
  }

  @Test
  void severalImagesShareTheirBlobs() throws Exception {
    from.make("one:1", "a");
    from.make("two:2", "a", "b");
    byte[] archive = archive(Packing.PLAIN, true, "one:1", "two:2");

    load(archive);

    assertThat(to.find("one:1").layers().getFirst())
        .isEqualTo(to.find("two:2").layers().getFirst());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"gzip", "zstd", "plain"})
  void compressedArchivesAreRead(String compression) throws Exception {
    LocalImage image = from.make("one:1", "a");
    byte[] plain = archive(Packing.PLAIN, false, "one:1");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (compression) {
      case "gzip" -> Compression.gzip(new ByteArrayInputStream(plain), packed);
      case "zstd" -> Compression.zstd(new ByteArrayInputStream(plain), packed);
      default -> packed.writeBytes(plain);
    }

    assertThat(load(packed.toByteArray()).getFirst().image().id()).isEqualTo(image.id());
  }

  /** As docker wrote them before it had OCI layouts: folders, and a link to a layer seen before. */
  @Test
  void oldDockerArchivesAreRead() throws Exception {
    LocalImage image = from.make("one:1", "a", "b");
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ByteArrayOutputStream layer = new ByteArrayOutputStream();
      from.layers().pack(image.layers().get(i), layer);
      files.put(i + "/layer.tar", layer.toByteArray());
      paths.add(i + "/layer.tar");
    }
    files.put("config.json", from.store().blobs().read(image.id()));
    Json entry =
        Json.obj()
            .with("Config", "config.json")
            .with("RepoTags", Json.texts(List.of("old:1", "older:2")))
            .with("Layers", Json.texts(List.of("linked/layer.tar", paths.get(1))));
    files.put("manifest.json", new Json.Arr(List.of(entry)).bytes());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ArchiveWriter tar = new ArchiveWriter(out)) {
      for (var file : files.entrySet()) {
        tar.file("./" + file.getKey(), FILE, file.getValue());
      }
      tar.symlink("linked/layer.tar", FILE, "../0/layer.tar");
      tar.finish();
    }

    List<Loader.Loaded> loaded = load(out.toByteArray());

    assertThat(loaded.getFirst().names())
        .containsExactly(ImageReference.parse("old:1"), ImageReference.parse("older:2"));
    assertThat(to.find("older:2").id()).isEqualTo(image.id());
  }

  @Test
  void aFolderInOciLayoutIsRead() throws Exception {
    LocalImage image = from.make("one:1", "a");
    Path folder = temp.resolve("layout");
    try (Layout layout = Layout.folder(folder)) {
      Bundle bundle =
          new Exports(from.store(), from.layers()).bundle(image, Packing.USUAL, List.of());
      ArchiveFormat.write(List.of(bundle), layout, false);
    }

    List<Loader.Loaded> loaded = new Loader(to.store(), to.layers(), Platform.host()).load(folder);

    assertThat(loaded.getFirst().names()).isEmpty();
    assertThat(loaded.getFirst().image().id()).isEqualTo(image.id());
    assertThat(to.store().names().list()).hasSize(1);
  }

  @Test
  void whatIsNoImageIsNamedSo() throws Exception {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (ArchiveWriter writer = new ArchiveWriter(tar)) {
      writer.file("etc/passwd", FILE, "x".getBytes(UTF_8));
      writer.finish();
    }

    assertThatThrownBy(() -> load(tar.toByteArray()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("neither index.json nor manifest.json")
        .hasMessageContaining("jbuild import");
    assertThatThrownBy(() -> load("no tar at all".repeat(100).getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a tar archive");
  }

  @Test
  void aTruncatedArchiveLeavesNoName() throws Exception {
    from.make("one:1", "a".repeat(100_000));
    byte[] archive = archive(Packing.PLAIN, true, "one:1");

    assertThatThrownBy(() -> load(Arrays.copyOf(archive, archive.length / 2)))
        .hasMessageContaining("truncated");

    assertThat(to.store().names().list()).isEmpty();
    assertThat(load(archive)).hasSize(1);
  }

  @Test
  void aBlobWithOtherContentIsRefused() throws Exception {
    from.make("one:1", "secret");
    byte[] archive = archive(Packing.PLAIN, false, "one:1");
    String text = new String(archive, java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] forged =
        text.replace("secret", "forged").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> load(forged)).hasMessageContaining("has other content");
    assertThat(to.store().names().list()).isEmpty();
  }
}
