package dev.jbuild.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReasonTest {
  @TempDir private Path temp;

  private static String reason(ThrowingCallable failing) {
    return Reason.of(catchThrowable(failing));
  }

  @Test
  void aFailureWithAFileSaysWhichAndWhy() throws IOException {
    Path full = Files.createDirectory(temp.resolve("full"));
    Path file = Files.createFile(full.resolve("file"));
    Path none = temp.resolve("none");

    assertThat(reason(() -> Files.readString(none)))
        .isEqualTo(none + ": no such file or directory");
    assertThat(reason(() -> Files.createFile(file))).isEqualTo(file + ": file exists");
    assertThat(reason(() -> Files.delete(full))).isEqualTo(full + ": directory not empty");
    assertThat(reason(() -> Dir.open(file))).isEqualTo(file + ": not a directory");
    assertThat(reason(() -> Files.readString(file.resolve("below"))))
        .isEqualTo(file + "/below: Not a directory");
    assertThat(reason(() -> Files.move(none, full, StandardCopyOption.ATOMIC_MOVE)))
        .isEqualTo(none + " -> " + full + ": no such file or directory");
    assertThat(reason(() -> Dir.HERE.rmdir(full.toString())))
        .isEqualTo(full + ": directory not empty");
    assertThat(reason(() -> Dir.HERE.link(Dir.HERE, full.toString(), none.toString())))
        .isEqualTo(none + ": operation not permitted");
  }

  @Test
  void everyFailureSaysSomething() {
    IOException broken = new IOException("the wire broke");

    assertThat(Reason.of(broken)).isEqualTo("the wire broke");
    assertThat(Reason.of(new UncheckedIOException(broken))).isEqualTo("the wire broke");
    assertThat(Reason.of(new IllegalStateException())).isEqualTo("IllegalStateException");
    assertThat(Reason.of(new FileSystemException("a"))).isEqualTo("a: FileSystemException");
  }
}
