package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.linux.Linux;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store to extract archives into, and something outside of it that must not be touched. */
abstract class ArchiveFixture {
  static final Descriptor BLOB = Descriptor.of(MediaTypes.OCI_LAYER, Digest.sha256("blob"), 1);

  @TempDir Path temp;
  Layers layers;
  Path outside;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Linux.euid() == 0, "needs root: the entries belong to root");
    layers = Layers.open(temp.resolve("store"));
    outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("victim"), "untouched");
  }

  @AfterEach
  void outsideIsUntouched() throws IOException {
    if (outside == null) {
      return;
    }
    assertThat(outside.resolve("victim")).hasContent("untouched");
    assertThat(Linux.lstat(outside.resolve("victim")).nlink()).isEqualTo(1);
    try (Stream<Path> left = Files.list(outside)) {
      assertThat(left).hasSize(1);
    }
    if (Files.exists(temp.resolve("store/tmp"))) {
      try (Stream<Path> left = Files.list(temp.resolve("store/tmp"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  Path unpack(byte[] tar) throws IOException {
    return layers
        .unpack("lease", new ByteArrayInputStream(tar), Optional.empty(), Optional.of(BLOB))
        .fs();
  }

  void refused(byte[] tar, String reason) throws IOException {
    List<LayerId> before = layers.all().toList();
    assertThatThrownBy(() -> unpack(tar))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
    assertThat(layers.all()).containsExactlyInAnyOrderElementsOf(before);
  }
}
