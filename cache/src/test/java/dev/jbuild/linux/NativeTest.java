package dev.jbuild.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own library of system calls. */
final class NativeTest {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  @Test
  void aCallGivesTheKernelsAnswer() {
    long getpid = ARM ? 172 : 39;
    assertThat(Native.call(getpid, 0, 0, 0, 0, 0)).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void anErrorIsANegatedErrno() {
    assertThat(Native.call(Syscall.CLOSE, -1, 0, 0, 0, 0)).isEqualTo(-9);
    assertThat(Native.call(100_000, 0, 0, 0, 0, 0)).isEqualTo(-Syscall.ENOSYS);
  }

  @Test
  void allFiveArgumentsArrive() throws Exception {
    Path file = Files.createTempFile("native", "");
    try {
      Files.writeString(file, "0123456789");
      ByteBuffer buffer = ByteBuffer.allocateDirect(16);
      byte[] name = (file + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8);
      ByteBuffer path = ByteBuffer.allocateDirect(name.length).put(0, name);
      long fd = Native.call(Syscall.OPENAT, -100, Native.address(path), 0, 0, 0);
      long read = Native.call(Syscall.PREAD, fd, Native.address(buffer) + 1, 3, 4, 0);
      Native.call(Syscall.CLOSE, fd, 0, 0, 0, 0);
      assertThat(read).isEqualTo(3);
      assertThat(buffer.get(0)).isZero();
      assertThat(buffer.get(1)).isEqualTo((byte) '4');
      assertThat(buffer.get(3)).isEqualTo((byte) '6');
      assertThat(buffer.get(4)).isZero();
    } finally {
      Files.delete(file);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 16, 28, 30, 122})
  void errorsHaveWords(int errno) {
    assertThat(Errors.text(errno)).doesNotContain("error " + errno).isNotBlank();
  }
}
