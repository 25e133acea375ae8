package dev.jbuild.maven;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Starts a container of the image for integration tests and waits until it is ready; goal stop ends
 * it.
 */
@Mojo(name = "start", defaultPhase = LifecyclePhase.PRE_INTEGRATION_TEST, threadSafe = true)
@SuppressWarnings("NullAway.Init") // Maven sets the fields
public final class StartMojo extends ContainerMojo {
  /** Name of the container, for several in one project. */
  @Parameter(property = "jbuild.container", defaultValue = "${project.artifactId}")
  String container;

  /**
   * Free ports of this machine: each property gets one, for the tests and for {@code publish},
   * {@code runEnvironment} and {@code waitForHttp}, where {@code @NAME@} stands for it.
   */
  @Parameter(property = "jbuild.freePorts")
  List<String> freePorts = new ArrayList<>();

  /** Ready when a line of the output matches this regular expression. */
  @Parameter(property = "jbuild.wait.log")
  @Nullable String waitForLog;

  /** Ready when this port takes connections: PORT or HOST:PORT. */
  @Parameter(property = "jbuild.wait.port")
  @Nullable String waitForPort;

  /** Ready when this address answers with a status below 400. */
  @Parameter(property = "jbuild.wait.http")
  @Nullable String waitForHttp;

  /** Ready when the image's HEALTHCHECK says so. */
  @Parameter(property = "jbuild.wait.healthy", defaultValue = "false")
  boolean waitForHealthy;

  /** Seconds to wait for all that. */
  @Parameter(property = "jbuild.wait.seconds", defaultValue = "60")
  int waitSeconds;

  @Override
  void run() throws MojoExecutionException, IOException, InterruptedException {
    List<String> own = new ArrayList<>();
    for (String name : freePorts) {
      String port = Integer.toString(freePort());
      project.getProperties().setProperty(name, port);
      own.add(name);
      getLog().info("jbuild: " + name + "=" + port);
    }
    runEnvironment.replaceAll((name, value) -> filled(value, own));
    publish.replaceAll(port -> filled(port, own));
    waitForPort = waitForPort == null ? null : filled(waitForPort, own);
    waitForHttp = waitForHttp == null ? null : filled(waitForHttp, own);
    Waiting.check(waitForLog, waitForPort, waitForHttp);
    Program program = program();
    Running running = new Running(folder(), container);
    Path log = running.start(program.process(words("--name", container)));
    getLog().info("jbuild: started " + container + ", its output is in " + log);
    Waiting waiting = new Waiting(running, program, waitSeconds);
    try {
      if (waitForLog != null) {
        waiting.forLog(waitForLog);
      }
      if (waitForPort != null) {
        waiting.forPort(waitForPort);
      }
      if (waitForHttp != null) {
        waiting.forHttp(waitForHttp);
      }
      if (waitForHealthy) {
        waiting.forHealth(container);
      }
    } catch (MojoExecutionException | IOException | InterruptedException e) {
      running.stop(10);
      throw e;
    }
  }

  private String filled(String text, List<String> names) {
    String filled = text;
    for (Map.Entry<Object, Object> each : project.getProperties().entrySet()) {
      if (names.contains(each.getKey())) {
        filled = filled.replace("@" + each.getKey() + "@", each.getValue().toString());
      }
    }
    return filled;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
