package dev.jbuild.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sockets without a file belong to a network, and are a way to the host's processes (X11, D-Bus)
 * for who only wanted to fetch something.
 */
final class AbstractSocketTest {
  private static final int EPERM = 1;

  private final String name = "jbuild-test-" + UUID.randomUUID();

  @TempDir private Path temp;
  private Box box;
  private Process listener;

  @BeforeEach
  void listen() throws IOException, InterruptedException {
    String[] kernel = System.getProperty("os.version").split("[.-]", -1);
    int version = 1000 * Integer.parseInt(kernel[0]) + Integer.parseInt(kernel[1]);
    Assumptions.assumeTrue(version >= 6012, "Linux before 6.12 can't keep such sockets apart");
    box = Box.open(temp);
    box.addProbe();
    listener = new ProcessBuilder(box.probe().toString(), "listen:" + name).start();
    BufferedReader said = listener.inputReader();
    assertThat(said.readLine()).isEqualTo("listening");
  }

  @AfterEach
  void close() {
    if (listener != null) {
      listener.destroyForcibly();
    }
    if (box != null) {
      box.close();
    }
  }

  private String connect(Network network) throws Exception {
    Isolation isolation = Isolation.docker().withNetwork(network);
    return box.run(isolation, List.of(), "probe", "connect:" + name).out();
  }

  @Test
  void theHostsAreForThoseWhoAskForItsNetwork() throws Exception {
    assertThat(connect(new Network.Host())).isEqualTo("connect 0\n");
    assertThat(connect(new Network.Host(false))).isEqualTo("connect " + EPERM + "\n");
  }
}
