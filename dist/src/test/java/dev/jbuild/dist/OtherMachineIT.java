package dev.jbuild.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.testkit.Checkout;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our code for aarch64, compiled here and run by an emulator. */
final class OtherMachineIT {
  private static final String QEMU = "/usr/bin/qemu-aarch64-static";

  @TempDir private Path temp;

  @Test
  void theShimAndTheSmallSystemRunOnAarch64() throws Exception {
    assumeTrue(
        Command.of("sh", "-c", "test -e /usr/aarch64-linux-gnu/lib/libc.a -a -x " + QEMU)
                .run()
                .code()
            == 0,
        "needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static");
    Machine arm = Machine.arm(Path.of("none"));

    Optional<Path> made =
        new CrossCompiler(Checkout.root(), temp.resolve("a native folder")).compile(arm);

    Path folder = made.orElseThrow();
    Outcome usage = Command.of(QEMU, folder.resolve("shim-aarch64")).run();
    assertThat(usage.code()).isEqualTo(125);
    assertThat(usage.err()).contains("usage: shim serve | run");
    assertThat(Command.of(QEMU, "-0", "uname", folder.resolve("tiny-aarch64"), "-m").check().out())
        .isEqualTo("aarch64\n");
    assertThat(Command.of("readelf", "-h", folder.resolve("calls-aarch64.so")).check().out())
        .contains("AArch64", "DYN");
  }
}
