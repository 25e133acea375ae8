package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Outcome;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tutorials' walks with the real parts: nginx, SQLite and PostgreSQL. */
@EndToEnd(needs = "script")
final class WalkServicesTest {
  /** One set of packages for all, so that they are fetched once. */
  private static final String DOCKERFILE =
      """
      FROM debian:bookworm-slim AS tools
      RUN apt-get update \\
       && apt-get install -y --no-install-recommends nginx-light postgresql sqlite3 bind9-dnsutils busybox \\
       && rm -rf /var/lib/apt/lists/* /var/www

      FROM tools AS nginx
      COPY nginx.conf /etc/nginx/nginx.conf
      RUN mkdir -p /usr/share/nginx/html && echo 'Welcome to nginx!' > /usr/share/nginx/html/index.html
      EXPOSE 80
      STOPSIGNAL SIGQUIT
      CMD ["nginx", "-g", "daemon off;"]

      FROM tools AS postgres
      ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data
      RUN mkdir -p $PGDATA && chown postgres:postgres $PGDATA && chmod 700 $PGDATA
      COPY --chmod=755 entrypoint /usr/local/bin/
      VOLUME /var/lib/postgresql/data
      USER postgres
      EXPOSE 5432
      STOPSIGNAL SIGINT
      HEALTHCHECK --interval=200ms --timeout=5s CMD pg_isready -q -h 127.0.0.1
      ENTRYPOINT ["entrypoint"]
      CMD ["postgres", "-c", "listen_addresses=*", "-c", "fsync=off"]

      FROM tools AS app
      WORKDIR /app
      COPY --chmod=755 todos cgi-bin/todos
      EXPOSE 3000
      CMD ["busybox", "httpd", "-f", "-p", "3000"]
      """;

  private static final String NGINX =
      """
      events {}
      http {
        access_log /dev/stdout;
        error_log /dev/stderr;
        server { listen 80; root /usr/share/nginx/html; }
      }
      """;

  private static final String ENTRYPOINT =
      """
      #!/bin/sh
      set -e
      if [ ! -s "$PGDATA/PG_VERSION" ]; then
        echo "$POSTGRES_PASSWORD" > "/tmp/password"
        initdb -N --username=todo --pwfile="/tmp/password" --auth=scram-sha-256 > /dev/null
        rm "/tmp/password"
        echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
      fi
      exec "$@"
      """;

  /** What is in the database, after one more line has been put there. */
  private static final String TODOS =
      """
      #!/bin/sh
      printf 'Content-Type: text/plain\\n\\n'
      export PGUSER=todo PGDATABASE=postgres PGOPTIONS="-c client_min_messages=warning"
      psql -qtA -c "CREATE TABLE IF NOT EXISTS todos (what text)" \\
        -c "INSERT INTO todos VALUES ('$QUERY_STRING')" -c 'SELECT what FROM todos ORDER BY what' 2>&1
      """;

  @BeforeEach
  void imagesAreBuilt(Jbuild jbuild, Folder context) {
    MachineNetwork.require();
    context
        .dockerfile(DOCKERFILE)
        .file("nginx.conf", NGINX)
        .file("entrypoint", ENTRYPOINT)
        .file("todos", TODOS);
    for (String image : new String[] {"nginx", "postgres", "app"}) {
      jbuild.check("build", "-q", "-t", image, "--target", image, context);
    }
  }

  private static String get(int port, String path) {
    return until(
        "an answer of port " + port,
        () -> {
          try (InputStream body =
              URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException _) {
            return "";
          }
        });
  }

  /** Asks until there is something. */
  private static String until(String what, Supplier<String> ask) {
    for (int i = 0; i < 300; i++) {
      String answer = ask.get();
      if (!answer.isEmpty()) {
        return answer;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError("never came: " + what);
  }

  @Test
  void filesAreCopiedIntoNginxAndThePageChanges(Jbuild jbuild, Folder context) throws IOException {
    int port = LocalRegistry.freePort();
    jbuild.check("run", "--name", "my-nginx", "-p", port + ":80", "-d", "nginx");
    try (Running logs = jbuild.command("logs", "-f", "my-nginx").start()) {
      assertThat(get(port, "/")).isEqualTo("Welcome to nginx!\n");
      context.file("index.html", "mine\n");
      Path page = context.path().resolve("index.html");
      assertThat(jbuild.check("cp", page, "my-nginx:/usr/share/nginx/html/index.html").err())
          .contains("Successfully copied", "to my-nginx:/usr/share/nginx/html/index.html");
      assertThat(get(port, "/")).isEqualTo("mine\n");
      jbuild.check("cp", "my-nginx:/etc/nginx/nginx.conf", context.path().resolve("copied.conf"));
      assertThat(context.path().resolve("copied.conf")).hasContent(NGINX);
      assertThat(until("a followed line", () -> logs.out().contains("GET / HTTP/1.1") ? "x" : ""))
          .isNotEmpty();

      // A program that ends by itself when it is asked is not killed: its code is its own.
      jbuild.check("stop", "my-nginx");
      assertThat(logs.await().code()).isZero();
      assertThat(jbuild.check("inspect", "-f", "{{.State.ExitCode}}", "my-nginx").out())
          .isEqualTo("0\n");
    } finally {
      jbuild.check("rm", "-f", "my-nginx");
    }
  }

  @Test
  void nginxServesAFolderOfTheHost(Jbuild jbuild, Folder context) throws IOException {
    int port = LocalRegistry.freePort();
    context.file("html/index.html", "one\n");
    String mount = context.path().resolve("html") + ":/usr/share/nginx/html:ro";
    String id = jbuild.check("run", "-v", mount, "-p", port + ":80", "-d", "nginx").out().strip();
    try {
      assertThat(get(port, "/")).isEqualTo("one\n");
      Files.writeString(context.path().resolve("html/index.html"), "two\n");
      assertThat(get(port, "/")).isEqualTo("two\n");
      assertThat(jbuild.run("exec", id, "touch", "/usr/share/nginx/html/x").err())
          .contains("Read-only file system");
    } finally {
      jbuild.check("rm", "-f", id);
    }
  }

  @Test
  void sqliteKeepsItsFileOnAVolume(Jbuild jbuild) {
    String make = "CREATE TABLE todos (what TEXT); INSERT INTO todos VALUES ('milk');";
    jbuild.check("volume", "create", "todo-db");
    try {
      jbuild.check(
          "run", "--rm", "-v", "todo-db:/etc/todos", "app", "sqlite3", "/etc/todos/todo.db", make);
      String id =
          jbuild.check("run", "-d", "-v", "todo-db:/etc/todos", "app", "sleep", "1000").out();
      String add = "INSERT INTO todos VALUES ('bread');";
      jbuild.check("exec", id.strip(), "sqlite3", "/etc/todos/todo.db", add);
      jbuild.check("rm", "-f", id.strip());
      assertThat(
              jbuild
                  .check(
                      "run",
                      "--rm",
                      "-v",
                      "todo-db:/d",
                      "app",
                      "sqlite3",
                      "/d/todo.db",
                      "SELECT what FROM todos")
                  .out())
          .isEqualTo("milk\nbread\n");
    } finally {
      jbuild.run("volume", "rm", "-f", "todo-db");
    }
  }

  private static void startDatabase(Jbuild jbuild) {
    jbuild.check(
        "run",
        "-d",
        "--name",
        "todo-db-server",
        "--network",
        "todo-app",
        "--network-alias",
        "db",
        "-v",
        "todo-data:/var/lib/postgresql/data",
        "-e",
        "POSTGRES_PASSWORD=secret",
        "postgres");
    try {
      until(
          "a healthy database",
          () ->
              jbuild
                  .check(
                      "ps", "-q", "--filter", "health=healthy", "--filter", "name=todo-db-server")
                  .out());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ": " + jbuild.run("logs", "todo-db-server"), e);
    }
  }

  @Test
  void anAppFindsItsDatabaseAndTheDataOutlivesBoth(Jbuild jbuild) throws IOException {
    int port = LocalRegistry.freePort();
    jbuild.check("network", "create", "todo-app");
    try {
      startDatabase(jbuild);
      jbuild.check(
          "run",
          "-dp",
          port + ":3000",
          "--name",
          "todo",
          "--network",
          "todo-app",
          "-e",
          "PGHOST=db",
          "-e",
          "PGPASSWORD=secret",
          "app");
      assertThat(get(port, "/cgi-bin/todos?milk")).isEqualTo("milk\n");
      assertThat(get(port, "/cgi-bin/todos?bread")).isEqualTo("bread\nmilk\n");
      String address =
          jbuild
              .check(
                  "inspect",
                  "-f",
                  "{{(index .NetworkSettings.Networks \"todo-app\").IPAddress}}",
                  "todo-db-server")
              .out();
      assertThat(
              jbuild
                  .check("run", "--rm", "--network", "todo-app", "app", "dig", "+short", "db")
                  .out())
          .isEqualTo(address);
      typedInto(jbuild, "todo-db-server");

      // Without a grace period it would be killed, and say so.
      jbuild.check("stop", "todo-db-server");
      assertThat(jbuild.check("logs", "todo-db-server").err())
          .contains("database system is shut down");
      jbuild.check("rm", "todo-db-server");
      startDatabase(jbuild);
      assertThat(get(port, "/cgi-bin/todos?eggs")).isEqualTo("bread\neggs\nmilk\n");
    } finally {
      jbuild.run("rm", "-f", "todo", "todo-db-server");
      jbuild.run("network", "rm", "todo-app");
      jbuild.run("volume", "rm", "todo-data");
    }
    assertThat(jbuild.check("network", "ls", "-q", "--filter", "name=todo").out()).isEmpty();
    assertThat(jbuild.check("volume", "ls", "-q").out()).isEmpty();
  }

  /** {@code exec -it … sh}: a terminal on both sides. */
  private static void typedInto(Jbuild jbuild, String container) {
    Command typed = jbuild.command("exec", "-it", container, "sh");
    String line = String.join(" ", typed.words());
    Command script = Command.of("script", "-qefc", line, "/dev/null");
    String text =
        """
        tty; whoami
        PGPASSWORD=secret psql -U todo -h db postgres -P pager=off -tc 'SELECT 6 * 7'
        exit 3
        """;
    Outcome said =
        new Command(
                script.words(),
                typed.environment(),
                typed.directory(),
                text.getBytes(StandardCharsets.UTF_8),
                java.time.Duration.ofSeconds(60))
            .run();
    assertThat(said.out()).contains("/dev/pts/", "postgres", " 42");
    assertThat(said.code()).as(said.toString()).isEqualTo(3);
  }
}
