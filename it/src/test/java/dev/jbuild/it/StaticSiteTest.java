package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import org.junit.jupiter.api.Test;

/** A static site on nginx, with the metadata that people give such an image. */
@EndToEnd
final class StaticSiteTest {
  private static final String DOCKERFILE =
      """
      FROM debian:bookworm-slim
      LABEL org.opencontainers.image.title="a site" maintainer=someone@example.org
      RUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*
      RUN cp /usr/bin/id /usr/local/bin/rootid && chown root:www-data /usr/local/bin/rootid && chmod 4750 /usr/local/bin/rootid
      COPY --chown=www-data:www-data --chmod=640 site/ /var/www/html/
      COPY nginx.conf /etc/site.conf
      RUN mkdir /var/run/site && chown www-data /var/run/site
      VOLUME /var/cache/site
      USER www-data
      EXPOSE 8080
      HEALTHCHECK --interval=10s --timeout=2s --retries=2 CMD test -e /var/run/site/pid || exit 1
      STOPSIGNAL SIGQUIT
      ENTRYPOINT ["nginx", "-c", "/etc/site.conf", "-e", "stderr"]
      CMD ["-g", "daemon off;"]
      """;

  private static final String SETTINGS =
      """
      pid /var/run/site/pid;
      events {}
      http {
        access_log off;
        client_body_temp_path /var/run/site/body; proxy_temp_path /var/run/site/proxy;
        fastcgi_temp_path /var/run/site/fastcgi; uwsgi_temp_path /var/run/site/uwsgi; scgi_temp_path /var/run/site/scgi;
        server { listen 127.0.0.1:PORT; root /var/www/html; }
      }
      """;

  @Test
  void servesAsAnOrdinaryUserAndKeepsWhatTheImageSays(Jbuild jbuild, Folder context)
      throws Exception {
    MachineNetwork.require();
    int port = LocalRegistry.freePort();
    context.dockerfile(DOCKERFILE).file("site/index.html", "<h1>it works</h1>\n");
    context.file("nginx.conf", SETTINGS.replace("PORT", Integer.toString(port)));

    jbuild.check("build", "-t", "site", context);

    try (Running running = jbuild.command("run", "--rm", "--network", "host", "site").start()) {
      assertThat(Http.get(port, running)).isEqualTo("<h1>it works</h1>\n");
      running.signal("TERM");
      running.await();
    }
    assertThat(jbuild.check("run", "--rm", "--entrypoint", "rootid", "site", "-u").out())
        .as("still setuid")
        .isEqualTo("0\n");
    assertThat(
            jbuild
                .check(
                    "run",
                    "--rm",
                    "--entrypoint",
                    "stat",
                    "site",
                    "-c",
                    "%a %U:%G",
                    "/usr/local/bin/rootid",
                    "/var/www/html/index.html")
                .out())
        .isEqualTo("4750 root:www-data\n640 www-data:www-data\n");
    assertThat(jbuild.check("inspect", "site").out())
        .contains("\"/var/cache/site\": {}")
        .contains("\"8080/tcp\": {}")
        .contains("\"User\": \"www-data\"")
        .contains("\"StopSignal\": \"SIGQUIT\"")
        .contains("\"Interval\": 10000000000")
        .contains("\"org.opencontainers.image.title\": \"a site\"");
  }
}
