package dev.jbuild.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ChildTest {
  private static Child sh(String script) throws IOException {
    return Child.start(List.of("/bin/sh", "-c", script, "its name", "a word"));
  }

  private static String said(Child child) throws IOException {
    return new String(child.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void readsAndWrites() throws Exception {
    Child child = Child.start(List.of("/bin/cat"));
    child.getOutputStream().write("a\0b".getBytes(UTF_8));
    child.getOutputStream().close();

    assertThat(said(child)).isEqualTo("a\0b");
    assertThat(child.waitFor()).isZero();
  }

  @Test
  void getsWordsAndTheEnvironment() throws Exception {
    Child child = sh("echo \"$0, $1, $PATH\"");

    assertThat(said(child)).isEqualTo("its name, a word, " + System.getenv("PATH") + "\n");
  }

  @Test
  void saysHowItEnded() throws Exception {
    assertThat(sh("exit 7").waitFor()).isEqualTo(7);
    assertThat(sh("kill -9 $$").waitFor()).isEqualTo(137);
  }

  @Test
  void isEnded() throws Exception {
    Child child = sh("exec sleep 50");

    assertThat(child.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(child.isAlive()).isTrue();
    child.destroyForcibly();
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isEqualTo(137);
    assertThat(child.isAlive()).isFalse();
    child.destroyForcibly();
  }

  @Test
  void saysThatThereIsNoProgram() throws Exception {
    int before = open();
    assertThatThrownBy(() -> Child.start(List.of("/no/such/program")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage("/no/such/program");
    assertThat(open()).isEqualTo(before);
  }

  private static int open() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    }
  }

  @Test
  void hasNothingOfOursOpenButItsThree() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      Child child = Child.start(List.of("/bin/ls", "/proc/self/fd"));

      // and the folder that it lists
      assertThat(said(child)).isEqualTo("0\n1\n2\n3\n");
      assertThat(socket.isClosed()).isFalse();
    }
  }

  @Test
  void hasNoSignalBlockedOrIgnored() throws Exception {
    Child child = sh("grep -E '^Sig(Blk|Ign)' /proc/self/status");

    assertThat(said(child)).isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  }

  @Test
  void refusesWhatIsWrittenAfterTheEnd() throws Exception {
    Child child = Child.start(List.of("/bin/cat"));
    child.getOutputStream().close();

    assertThatThrownBy(() -> child.getOutputStream().write(1)).isInstanceOf(IOException.class);
    assertThat(child.waitFor()).isZero();
  }
}
