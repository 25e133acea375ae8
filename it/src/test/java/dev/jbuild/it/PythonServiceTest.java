package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A Python service with everything copied in and .dockerignore saying what not. */
@EndToEnd
final class PythonServiceTest {
  private static final String DOCKERFILE =
      """
      # syntax=docker/dockerfile:1
      FROM debian:bookworm-slim
      RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
      WORKDIR /app
      COPY . /app
      RUN python3 -m compileall -q . && ls -A > /contents
      ENV PORT=8000 PYTHONUNBUFFERED=1
      EXPOSE 8000
      CMD exec python3 server.py $PORT
      """;

  private static final String SERVER =
      """
      import http.server, pathlib, sys

      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              body = pathlib.Path('/contents').read_bytes()
              self.send_response(200)
              self.end_headers()
              self.wfile.write(body)
          def log_message(self, *_): pass

      http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
      """;

  @Test
  void servesWhatDockerignoreLetIn(Jbuild jbuild, Folder context) throws Exception {
    MachineNetwork.require();
    context.dockerfile(DOCKERFILE).file("server.py", SERVER);
    context.file(
        ".dockerignore",
        "# left out\n.git\n**/*.log\nsecret*\n!secret.example\nDockerfile\n.dockerignore\n");
    context.file(".git/config", "").file("a.log", "").file("deep/b.log", "").file("deep/c.txt", "");
    context.file("secret.key", "do not ship").file("secret.example", "do ship");

    jbuild.check("build", "-t", "python-service", context);

    int port = LocalRegistry.freePort();
    try (Running running =
        jbuild
            .command("run", "--rm", "--network=host", "-e", "PORT=" + port, "python-service")
            .within(Duration.ofMinutes(1))
            .start()) {
      assertThat(Http.get(port, running).lines())
          .containsExactlyInAnyOrder("__pycache__", "deep", "secret.example", "server.py");
      running.signal("INT");
      assertThat(running.await().code()).isNotZero();
    }
    assertThat(jbuild.check("run", "--rm", "python-service", "ls", "/app/deep").out())
        .isEqualTo("c.txt\n");
  }
}
