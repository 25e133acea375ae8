package dev.jbuild.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Docker's own registry server on a free port of loopback. */
final class DockerRegistry implements AutoCloseable {
  /** User {@code jane}, password {@code s3cret}. */
  private static final String HTPASSWD =
      "jane:$2y$05$Nc/H4agT1xSts7dhoWbHq.ScV75lArc5wm8r9gja9nDQ0YEhp5N5e\n";

  private final Process process;
  private final int port;

  private DockerRegistry(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static DockerRegistry open(Path folder) throws IOException {
    return start(folder, "", "");
  }

  static DockerRegistry withPassword(Path folder) throws IOException {
    Path file = folder.resolve("htpasswd");
    Files.writeString(file, HTPASSWD);
    return start(folder, "auth: {htpasswd: {realm: tests, path: " + file + "}}\n", "");
  }

  /** With a certificate, and where a file of authorities is given, with client certificates. */
  static DockerRegistry withTls(Path folder, Path cert, Path key, String clientCa)
      throws IOException {
    String clients = clientCa.isEmpty() ? "" : ", clientcas: [" + clientCa + "]";
    return start(folder, "", ", tls: {certificate: " + cert + ", key: " + key + clients + "}");
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static DockerRegistry start(Path folder, String auth, String tls) throws IOException {
    Path program = Path.of("/usr/bin/docker-registry");
    Assumptions.assumeTrue(Files.isExecutable(program), "docker-registry is not installed");
    int port = freePort();
    Path config = folder.resolve("config.yml");
    Files.writeString(
        config,
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            + "storage: {filesystem: {rootdirectory: "
            + folder.resolve("data")
            + "}, delete: {enabled: true}}\n"
            + auth
            + "http: {addr: '127.0.0.1:"
            + port
            + "', secret: tests"
            + tls
            + "}\n");
    Process process =
        new ProcessBuilder(program.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    DockerRegistry registry = new DockerRegistry(process, port);
    registry.awaitListening(folder.resolve("log"));
    return registry;
  }

  private void awaitListening(Path log) throws IOException {
    for (int i = 0; i < 300 && process.isAlive(); i++) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException _) {
        try {
          Thread.sleep(50);
        } catch (InterruptedException e) {
          close();
          throw new IOException(e);
        }
      }
    }
    close();
    throw new IOException("docker-registry does not start: " + Files.readString(log));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
