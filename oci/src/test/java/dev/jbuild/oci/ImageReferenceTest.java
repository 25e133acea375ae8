package dev.jbuild.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox",
    "busybox:1, docker.io/library/busybox:1",
    "me/app:v1, docker.io/me/app:v1",
    "localhost/app, localhost/app",
    "127.0.0.1:5000/a/b:c, 127.0.0.1:5000/a/b:c",
    "docker.io/busybox, docker.io/library/busybox",
    "index.docker.io/busybox, docker.io/library/busybox",
    "ghcr.io/x/y_z__a-b, ghcr.io/x/y_z__a-b",
  })
  void fullName(String written, String full) {
    assertThat(ImageReference.parse(written)).hasToString(full);
    assertThat(ImageReference.parse(full)).hasToString(full);
  }

  @Test
  void familiarNameReadsBack() {
    ImageReference reference = ImageReference.parse("docker.io/library/debian:bookworm-slim");
    assertThat(reference.familiar()).isEqualTo("debian:bookworm-slim");
    assertThat(ImageReference.parse(reference.familiar())).isEqualTo(reference);
  }

  @Test
  void tagAndDigestMayStandTogether() {
    String digest = Digest.sha256("x").toString();
    ImageReference reference = ImageReference.parse("a:1@" + digest);
    assertThat(reference.tagOrDigest()).isEqualTo(digest);
    assertThat(reference.tag()).contains("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":x", "UPPER", "a//b", "a:", "a@sha256:12", "-a", "a b", "a:b:c/d"})
  void refusesWhatIsNoReference(String text) {
    assertThatThrownBy(() -> ImageReference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("invalid reference format");
  }

  @Test
  void whatLooksLikeAnIdIsNoName() {
    String id = "0123456789abcdef".repeat(4);
    assertThatThrownBy(() -> ImageReference.parse(id))
        .hasMessageContaining("cannot specify 64-byte hexadecimal strings");
    assertThat(ImageReference.parse(id + ":1").familiarName()).isEqualTo(id);
    assertThat(ImageReference.parse("x" + id.substring(1)).tag()).isEmpty();
  }
}
