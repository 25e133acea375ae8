package dev.jbuild.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContainerStateTest {
  @TempDir private Path folder;

  private ContainerState read(String... lines) throws IOException {
    Files.writeString(folder.resolve("state"), String.join("\n", lines) + "\n");
    return ContainerState.read(folder);
  }

  @Test
  void neverStarted() throws IOException {
    ContainerState state = ContainerState.read(folder);
    assertThat(state.status()).isEqualTo("created");
    assertThat(state.supervised()).isFalse();
    assertThat(state.healthStatus()).isEqualTo("none");
  }

  @Test
  void ended() throws IOException {
    ContainerState state =
        read(
            "status=exited",
            "pid=0",
            "exit=3",
            "oom=1",
            "finished=2026-01-02T03:04:05.000000006Z",
            "error=");
    assertThat(state.status()).isEqualTo("exited");
    assertThat(state.exitCode()).isEqualTo(3);
    assertThat(state.oomKilled()).isTrue();
    assertThat(state.finished().orElseThrow()).hasToString("2026-01-02T03:04:05.000000006Z");
  }

  @Test
  void oneWhoseSupervisorWasKilledDoesNotRun() throws IOException {
    Files.createFile(folder.resolve("lock"));
    for (String status : new String[] {"running", "paused", "restarting"}) {
      ContainerState state = read("status=" + status, "pid=1", "exit=0");
      assertThat(state.status()).isEqualTo("exited");
      assertThat(state.exitCode()).isEqualTo(137);
      assertThat(state.pid()).isZero();
      assertThat(state.finished()).isPresent();
    }
  }

  @Test
  void halfAFileIsNoFault() throws IOException {
    assertThat(read("status").status()).isEqualTo("created");
    assertThat(read("status=exited", "exit=x", "started=never").exitCode()).isZero();
  }
}
