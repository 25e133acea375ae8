package dev.jbuild.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A RUN step sets what attributes of the user's kind it likes; root's overlays do not look at them.
 */
final class OverlayTest {
  @TempDir private Path temp;
  private String folder = "";

  @BeforeEach
  void rootAlone() {
    Assumptions.assumeTrue(Linux.euid() == 0, "only root may set trusted attributes");
    folder = temp.toString();
  }

  private void set(String name, String value) throws IOException {
    Dir.HERE.setXattr(folder, name, value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsHiddenIsForTheKernelToSay() throws IOException {
    set("user.overlay.opaque", "y");
    assertThat(Overlay.isOpaque(Dir.HERE, folder)).isFalse();

    Overlay.setOpaque(Dir.HERE, folder);
    assertThat(Overlay.isOpaque(Dir.HERE, folder)).isTrue();
  }

  @Test
  void whatIsElsewhereIsForTheKernelToSay() throws IOException {
    set("user.overlay.redirect", "/elsewhere");
    set("user.overlay.overlay.metacopy", "y");
    assertThat(TreeWalk.xattrs(Dir.HERE, folder)).isEmpty();

    set("trusted.overlay.redirect", "/elsewhere");
    assertThatThrownBy(() -> TreeWalk.xattrs(Dir.HERE, folder))
        .hasMessageContaining("no complete layer");
  }
}
