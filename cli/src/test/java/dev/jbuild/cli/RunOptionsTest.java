package dev.jbuild.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.Rlimit;
import dev.jbuild.runtime.SandboxMount;
import dev.jbuild.runtime.Seccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunOptionsTest {
  @TempDir private Path folder;

  private static RunOptions read(String... arguments) throws IOException {
    return RunOptions.read(
        RunOptions.syntax().parse(List.of(arguments)), Map.of("HERE", "yes", "SECRET", "no"));
  }

  @Test
  void theCommandIsWhatFollowsTheImage() throws IOException {
    RunOptions options = read("-it", "--rm", "-w", "/x", "busybox:1", "sh", "-c", "echo -e --rm");
    assertThat(options.image()).isEqualTo("busybox:1");
    assertThat(options.command()).containsExactly("sh", "-c", "echo -e --rm");
    assertThat(options.place().tty()).isTrue();
    assertThat(options.place().interactive()).isTrue();
    assertThat(options.place().remove()).isTrue();
    assertThat(options.program().workingDirectory()).contains("/x");
  }

  @Test
  void laterVariablesReplaceEarlierOnes() throws IOException {
    Path file = Files.writeString(folder.resolve("env"), "# comment\nA=file\nB=b c\n\nHERE\n");
    RunOptions options =
        read("--env-file", file.toString(), "-e", "A=flag", "-e", "GONE", "-eC=", "image");
    assertThat(options.program().environment())
        .containsExactly("A=flag", "B=b c", "HERE=yes", "C=");
  }

  @Test
  void volumesAreFoldersOfTheHost() throws IOException {
    Path made = folder.resolve("made");
    RunOptions options =
        read(
            "-v",
            made + ":/data:ro",
            "--tmpfs",
            "/run:size=1m,mode=755",
            "--mount",
            "type=bind,src=" + folder + ",dst=/src",
            "image");
    assertThat(options.mounts())
        .containsExactly(
            new SandboxMount.Bind(made, "/data", true),
            new SandboxMount.Bind(folder, "/src", false),
            new SandboxMount.Tmpfs("/run", 1 << 20, 0755, true));
    assertThat(made).isDirectory();
    assertThatThrownBy(() -> read("-v", "data:/data", "image")).hasMessageContaining("./data");
    assertThatThrownBy(() -> read("-v", "/a:/b:odd", "image")).hasMessageContaining("invalid mode");
    assertThatThrownBy(() -> read("--mount", "type=bind,src=/no/such,dst=/x", "image"))
        .hasMessageContaining("does not exist");
  }

  @Test
  void theWallsAreDockersUnlessToldOtherwise() throws IOException {
    RunOptions options =
        read(
            "--network=none",
            "--cap-drop",
            "all",
            "--cap-add",
            "net_admin",
            "--read-only",
            "--security-opt",
            "no-new-privileges",
            "--security-opt=seccomp=unconfined",
            "--ulimit",
            "nofile=1024:4096",
            "--shm-size",
            "1g",
            "image");
    assertThat(options.isolation().network()).isEqualTo(new Network.None());
    assertThat(options.isolation().capabilities()).containsExactly("CAP_NET_ADMIN");
    assertThat(options.isolation().readOnlyRoot()).isTrue();
    assertThat(options.isolation().noNewPrivileges()).isTrue();
    assertThat(options.isolation().seccomp()).isEqualTo(new Seccomp.Unconfined());
    assertThat(options.isolation().rlimits()).containsExactly(new Rlimit("nofile", 1024, 4096));
    assertThat(options.isolation().shmSize()).isEqualTo(1 << 30);
    assertThat(read("image").isolation().capabilities()).contains("CAP_CHOWN");
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatThrownBy(() -> read("-d", "image")).hasMessageContaining("--detach is not supported");
    assertThatThrownBy(() -> read("-p", "80:80", "image")).hasMessageContaining("--publish");
    assertThatThrownBy(() -> read("--network", "web", "image")).hasMessageContaining("not found");
    assertThatThrownBy(() -> read("--cap-add", "FLY", "image")).hasMessageContaining("FLY");
    assertThatThrownBy(() -> read("--ulimit", "x", "image")).hasMessageContaining("nofile=");
    assertThatThrownBy(() -> read("--pull", "x", "image")).hasMessageContaining("always");
  }
}
