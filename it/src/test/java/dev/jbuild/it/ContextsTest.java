package dev.jbuild.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts that are no folder, from servers as people have them. */
@EndToEnd
final class ContextsTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final String TIME = "2020-01-02T03:04:05Z";

  @TempDir private Path temp;

  @Test
  void aBranchOnAGitServerAndItsTime(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile("FROM busybox\nCOPY a /a\nRUN grep hello /a\n").file("a", "hello\n");
    git(context, "init", "-q", "-b", "main");
    git(context, "add", ".");
    git(context, "commit", "-q", "-m", "first");
    int port = freePort();
    String address = "git://127.0.0.1:" + port + "/" + context.path().getFileName() + "#main";

    try (Running server =
        Command.of("git", "daemon", "--export-all", "--listen=127.0.0.1", "--port=" + port)
            .and("--base-path=" + context.path().getParent())
            .start()) {
      await(port, server);
      jbuild.check("build", "-t", "git:1", "--build-arg", "SOURCE_DATE_EPOCH=context", address);
    }

    assertThat(jbuild.check("inspect", "-f", "{{.Created}}", "git:1").out().strip())
        .isEqualTo(TIME);
    assertThat(jbuild.run("build", address).err())
        .contains("unable to connect to 127.0.0.1")
        .contains("Connection refused");
  }

  @Test
  void anArchiveADockerfileAndAFileOnAWebServer(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile("FROM busybox\nCOPY a /a\nRUN grep hello /a\n").file("a", "hello\n");
    Path archive = temp.resolve("context.tar.gz");
    Command.of("tar", "czf", archive, "-C", context, ".").check();
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    serve(server, "/context.tar.gz", Files.readAllBytes(archive));
    serve(server, "/a", Files.readAllBytes(context.path().resolve("a")));
    serve(
        server,
        "/Dockerfile",
        ("FROM busybox\nADD " + address + "/a /b\nRUN grep hello /b\n").getBytes(UTF_8));
    server.start();
    try {
      jbuild.check("build", "-t", "web:1", address + "/context.tar.gz");
      jbuild.check("build", "-t", "web:2", address + "/Dockerfile");
      assertThat(jbuild.run("build", address + "/nothing").err()).contains("404");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aLayoutOnTheDiskIsABase(Jbuild jbuild, Folder context) {
    context.dockerfile("FROM busybox\nCOPY a /a\n").file("a", "hello\n");
    Path layout = temp.resolve("layout");
    jbuild.check("build", "-q", "-o", "type=oci,tar=false,dest=" + layout, context);

    context.dockerfile("FROM base\nRUN grep hello /a\n");
    jbuild.check("build", "--build-context", "base=oci-layout://" + layout, "-t", "lay:1", context);
  }

  private static void git(Folder folder, Object... words) {
    Command.of("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
        .and(words)
        .in(folder.path())
        .with("GIT_AUTHOR_DATE", TIME)
        .with("GIT_COMMITTER_DATE", TIME)
        .check();
  }

  private static void serve(HttpServer server, String path, byte[] content) {
    server.createContext(
        path,
        exchange -> {
          boolean there = exchange.getRequestURI().getPath().equals(path);
          exchange.sendResponseHeaders(there ? 200 : 404, there ? content.length : -1);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }

  private static void await(int port, Running server) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Socket socket = new Socket(LOOPBACK, port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException _) {
        assertThat(server.process().isAlive()).as(server.err()).isTrue();
        Thread.sleep(50);
      }
    }
    throw new AssertionError("no git server on port " + port + ": " + server.err());
  }
}
