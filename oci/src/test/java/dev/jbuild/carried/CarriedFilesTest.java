package dev.jbuild.carried;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CarriedFilesTest {
  private final CarriedFiles files = new CarriedFiles(CarriedFilesTest.class);

  @Test
  void whatWasLeftOutIsNamed() {
    assertThatThrownBy(() -> files.bytes("absent"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("carries no absent");
  }

  @Test
  void unpackedOnceForThisUserAlone(@TempDir Path folder) throws IOException {
    Path target = folder.resolve("cache/greeting-" + files.digest("greeting"));
    assertThat(files.unpack("greeting", target)).isExecutable().hasContent("carried\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.getParent())))
        .isEqualTo("rwx------");
    Files.writeString(target, "used as it is");
    assertThat(files.unpack("greeting", target)).hasContent("used as it is");
    try (var left = Files.list(target.getParent())) {
      assertThat(left).containsExactly(target);
    }
  }
}
