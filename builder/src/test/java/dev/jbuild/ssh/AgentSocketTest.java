package dev.jbuild.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSH itself talks to the agent, and checks what it signs. */
class AgentSocketTest {
  @TempDir Path temp;

  @BeforeEach
  void needs() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ssh-keygen")), "needs OpenSSH's client");
  }

  private String run(String socket, String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SSH_AUTH_SOCK", socket);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }

  private Path key(String... options) throws Exception {
    Path file = temp.resolve("key");
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-C", "me", "-f"));
    command.add(file.toString());
    command.addAll(Arrays.asList(options));
    run("", command.toArray(String[]::new));
    return file;
  }

  @Test
  void aFileThatIsNoKeyIsRefused() throws Exception {
    Path file = Files.writeString(temp.resolve("text"), "no key\n");

    assertThatThrownBy(() -> AgentSocket.open(temp.resolve("s"), List.of(file)))
        .isInstanceOf(SshException.class)
        .hasMessageContaining("no private key that can be used");
  }

  @Test
  void aKeyWithAPassphraseIsRefused() throws Exception {
    Path file = key("-t", "ed25519", "-N", "secret");

    assertThatThrownBy(() -> AgentSocket.open(temp.resolve("s"), List.of(file)))
        .hasMessageContaining("has a passphrase");
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatThrownBy(() -> AgentSocket.open(temp.resolve("s"), List.of(temp.resolve("none"))))
        .hasMessageContaining("there is no SSH agent and no key at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa", "rsa -m PEM", "rsa -m PKCS8", "ecdsa", "ecdsa -b 521"})
  void keysSign(String type) throws Exception {
    List<String> options = new ArrayList<>(List.of("-N", "", "-t"));
    options.addAll(Arrays.asList(type.split(" ")));
    Path key = key(options.toArray(String[]::new));
    Path socket = temp.resolve("s");
    Path data = Files.writeString(temp.resolve("data"), "signed\n");
    try (AgentSocket _ = AgentSocket.open(socket, List.of(key))) {
      Files.delete(key);

      run(
          socket.toString(),
          "ssh-keygen",
          "-Y",
          "sign",
          "-q",
          "-n",
          "file",
          "-f",
          key + ".pub",
          data.toString());
    }
    String allowed = "me " + Files.readString(Path.of(key + ".pub"));
    Path signers = Files.writeString(temp.resolve("signers"), allowed);
    Process check =
        new ProcessBuilder(
                "ssh-keygen",
                "-Y",
                "verify",
                "-n",
                "file",
                "-I",
                "me",
                "-f",
                signers.toString(),
                "-s",
                data + ".sig")
            .redirectInput(data.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
  }

  @Test
  void anotherAgentIsPassedOnButCannotBeChanged() throws Exception {
    Path key = key("-t", "ed25519", "-N", "");
    Path inner = temp.resolve("inner");
    Path outer = temp.resolve("outer");
    try (AgentSocket _ = AgentSocket.open(inner, List.of(key));
        AgentSocket _ = AgentSocket.open(outer, List.of(inner))) {
      assertThat(run(outer.toString(), "ssh-add", "-L")).startsWith("ssh-ed25519 ");
      assertThatThrownBy(() -> run(outer.toString(), "ssh-add", "-D"))
          .isInstanceOf(AssertionError.class);
    }
  }
}
