package dev.jbuild.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Debian's docker-registry on a free loopback port, with a folder of its own. */
public final class LocalRegistry implements AutoCloseable {
  /** The only user of {@link #withLogin} and {@link #withTls}. */
  public static final String USER = "jane";

  public static final String PASSWORD = "s3cret";

  /** Both, as {@code user:password}. */
  public static final String LOGIN = USER + ":" + PASSWORD;

  private static final String HTPASSWD =
      "jane:$2y$05$Nc/H4agT1xSts7dhoWbHq.ScV75lArc5wm8r9gja9nDQ0YEhp5N5e\n";

  private final Path folder;
  private final int port;
  private final Process process;
  private final Thread atExit;

  private LocalRegistry(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
    // A test run that is interrupted must not leave a server behind.
    this.atExit = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts one that keeps everything below {@code folder}, open to everybody. */
  public static LocalRegistry start(Path folder) {
    return start(folder, "", "");
  }

  /** Starts one for {@link #USER} alone. */
  public static LocalRegistry withLogin(Path folder) {
    return start(folder, htpasswd(folder), "");
  }

  /**
   * The same with TLS.
   *
   * @param certificate the name of {@code NAME.crt} and {@code NAME.key} in the folder
   * @param clients a file of authorities that clients' certificates must be of
   */
  public static LocalRegistry withTls(Path folder, String certificate, Optional<Path> clients) {
    String tls =
        "certificate: %s, key: %s%s"
            .formatted(
                folder.resolve(certificate + ".crt"),
                folder.resolve(certificate + ".key"),
                clients.map(file -> ", clientcas: [" + file + "]").orElse(""));
    return start(folder, htpasswd(folder), ", tls: {" + tls + "}");
  }

  private static String htpasswd(Path folder) {
    try {
      Files.createDirectories(folder);
      Path users = Files.writeString(folder.resolve("htpasswd"), HTPASSWD);
      return "auth: {htpasswd: {realm: tests, path: " + users + "}}\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one that wants the tokens of a server. */
  public static LocalRegistry withTokens(Path folder, TokenServer tokens) {
    String auth =
        "auth: {token: {realm: \"%s\", service: %s, issuer: %s, rootcertbundle: %s}}\n"
            .formatted(
                tokens.realm(), TokenServer.SERVICE, TokenServer.ISSUER, tokens.certificate());
    return start(folder, auth, "");
  }

  private static LocalRegistry start(Path folder, String auth, String http) {
    try {
      Files.createDirectories(folder);
      for (int attempt = 0; attempt < 5; attempt++) {
        int port = freePort();
        LocalRegistry registry = new LocalRegistry(folder, port, launch(folder, port, auth, http));
        if (registry.answers()) {
          return registry;
        }
        registry.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start docker-registry in " + folder, e);
    }
    throw new IllegalStateException(
        "docker-registry does not answer; its log is in " + folder.resolve("log"));
  }

  private static Process launch(Path folder, int port, String auth, String http)
      throws IOException {
    Path settings = folder.resolve("registry.yml");
    Files.writeString(
        settings,
        """
        version: 0.1
        log: {level: warn}
        storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
        http: {addr: "127.0.0.1:%d"%s}
        %s
        """
            .formatted(folder.resolve("data"), port, http, auth));
    return new ProcessBuilder(List.of("docker-registry", "serve", settings.toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** A port that was free a moment ago; whoever takes it has to be ready for a loss. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Whatever it wants to know of visitors: that it listens is enough. */
  private boolean answers() {
    for (int i = 0; i < 200 && process.isAlive(); i++) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return true;
      } catch (IOException notYet) {
        sleep();
      }
    }
    return false;
  }

  private static void sleep() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a registry started", e);
    }
  }

  /** {@code 127.0.0.1:PORT}, the first part of an image's name here. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  /** Settings for jbuild in which docker.io comes from this registry. */
  public Path mirrorsDockerHub() {
    try {
      return Files.writeString(
          folder.resolve("registries.json"),
          "{\"registries\":{\"docker.io\":{\"mirrors\":[\"http://" + host() + "\"]}}}\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file that holds a blob, for tests that spoil it. */
  public Path blob(String sha256Hex) {
    return folder
        .resolve("data/docker/registry/v2/blobs/sha256")
        .resolve(sha256Hex.substring(0, 2))
        .resolve(sha256Hex)
        .resolve("data");
  }

  /** Copies an image here with skopeo; {@code source} in skopeo's words: {@code oci:FOLDER:TAG}. */
  public void push(String source, String name) {
    Command.of(
            "skopeo",
            "copy",
            "--quiet",
            "--insecure-policy",
            "--dest-tls-verify=false",
            source,
            "docker://" + host() + "/" + name)
        .check();
  }

  /** Stops it. What it stored stays, for the test's own temporary folder to remove. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException alreadyShuttingDown) {
      process.destroyForcibly();
    }
  }
}
