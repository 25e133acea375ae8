package dev.jbuild.maven;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.maven.plugin.MojoExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits until a container is ready, fails when it ends before or the time is over. */
final class Waiting {
  private static final Pattern PORT = Pattern.compile("(\\S+:)?[0-9]{1,5}");
  private static final Pattern HTTP = Pattern.compile("https?://[^\\s\"<>\\\\^`{|}]+");

  private final Running running;
  private final Program program;
  private final int seconds;
  private final long end;

  Waiting(Running running, Program program, int seconds) {
    this.running = running;
    this.program = program;
    this.seconds = seconds;
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** A question that may have another answer a moment later. */
  private interface Ready {
    boolean now() throws IOException, InterruptedException;
  }

  /** Fails for what could never become true. */
  static void check(@Nullable String log, @Nullable String port, @Nullable String http)
      throws MojoExecutionException {
    try {
      Pattern.compile(log == null ? "" : log);
    } catch (PatternSyntaxException e) {
      throw new MojoExecutionException(
          "jbuild.wait.log is no regular expression: " + e.getMessage(), e);
    }
    if (port != null
        && (!PORT.matcher(port).matches()
            || Integer.parseInt(port.substring(port.lastIndexOf(':') + 1)) > 65535)) {
      throw new MojoExecutionException(
          "jbuild.wait.port is '" + port + "': it is PORT or HOST:PORT");
    }
    if (http != null && !HTTP.matcher(http).matches()) {
      throw new MojoExecutionException(
          "jbuild.wait.http is '"
              + http
              + "': it is an address, e.g. http://localhost:8080/health");
    }
  }

  private void until(String what, Ready ready)
      throws MojoExecutionException, IOException, InterruptedException {
    while (!ready.now()) {
      if (running.process().isEmpty()) {
        throw new MojoExecutionException("the container ended before " + what + tail());
      }
      if (System.nanoTime() > end) {
        throw new MojoExecutionException(
            "after "
                + seconds
                + " s still not "
                + what
                + " (jbuild.wait.seconds is how long to wait)"
                + tail());
      }
      Thread.sleep(50);
    }
  }

  private String tail() throws IOException {
    List<String> lines = running.output().lines().toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - 20), lines.size());
    return last.isEmpty()
        ? "; it printed nothing"
        : "; its last lines:\n" + String.join("\n", last);
  }

  void forLog(String expression) throws MojoExecutionException, IOException, InterruptedException {
    Pattern pattern = Pattern.compile(expression);
    until(
        "a line of its output matched '" + expression + "'",
        () -> running.output().lines().anyMatch(line -> pattern.matcher(line).find()));
  }

  void forPort(String address) throws MojoExecutionException, IOException, InterruptedException {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "localhost" : address.substring(0, colon);
    int port = Integer.parseInt(address.substring(colon + 1));
    until(
        "port " + address + " took connections",
        () -> {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 500);
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  void forHttp(String address) throws MojoExecutionException, IOException, InterruptedException {
    URI uri = URI.create(address);
    until(
        address + " answered",
        () -> {
          HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
          connection.setConnectTimeout(500);
          connection.setReadTimeout(2000);
          try {
            return connection.getResponseCode() < 400;
          } catch (IOException notYet) {
            return false;
          } finally {
            connection.disconnect();
          }
        });
  }

  void forHealth(String container)
      throws MojoExecutionException, IOException, InterruptedException {
    until(
        "its health check succeeded",
        () ->
            program
                .ask(List.of("inspect", "--format", "{{.State.Health.Status}}", container))
                .equals(new Program.Answer(0, "healthy")));
  }
}
