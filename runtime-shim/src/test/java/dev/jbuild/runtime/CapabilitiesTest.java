package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CapabilitiesTest {
  private static final Set<String> BASE = Set.of("CAP_CHOWN", "CAP_KILL");

  @Test
  void addedAndDropped() {
    assertThat(Capabilities.adjust(BASE, List.of("net_admin"), List.of("CAP_KILL")))
        .containsExactlyInAnyOrder("CAP_CHOWN", "CAP_NET_ADMIN");
    assertThat(Capabilities.adjust(BASE, List.of("ALL"), List.of("kill")))
        .hasSize(Capabilities.all().size() - 1)
        .doesNotContain("CAP_KILL");
    assertThat(Capabilities.adjust(BASE, List.of("CHOWN"), List.of("all")))
        .containsExactly("CAP_CHOWN");
    assertThatThrownBy(() -> Capabilities.adjust(BASE, List.of("FLY"), List.of()))
        .hasMessage("invalid capability: FLY");
  }

  @Test
  void numbersAreTheKernels() {
    assertThat(Capabilities.number("CAP_CHOWN")).isZero();
    assertThat(Capabilities.number("CAP_SYS_ADMIN")).isEqualTo(21);
    assertThat(Capabilities.number("CAP_CHECKPOINT_RESTORE")).isEqualTo(40);
    assertThat(Capabilities.mask(Isolation.docker().capabilities())).isEqualTo(0xa80425fbL);
  }

  @Test
  void theShimIsUnpackedOncePerContent(@TempDir Path cache) throws Exception {
    Path first = ShimBinary.locate(null, null, cache);
    assertThat(ShimBinary.locate(null, "", cache)).isEqualTo(first);
    assertThat(Files.isExecutable(first)).isTrue();
    assertThat(ShimBinary.locate("/bin/sh", "/nowhere", cache)).isEqualTo(Path.of("/bin/sh"));
    assertThatThrownBy(() -> ShimBinary.locate(null, "/nowhere", cache))
        .hasMessage("JBUILD_SHIM names /nowhere, which is not an executable file");
  }

  @Test
  void limitsHaveNames() {
    assertThat(Rlimits.number("nofile")).isEqualTo(7);
    assertThatThrownBy(() -> new Rlimit("files", 1, 1)).hasMessage("invalid ulimit type: files");
  }
}
