package dev.jbuild.maven;

import java.io.IOException;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Stops what goal start has started. */
@Mojo(name = "stop", defaultPhase = LifecyclePhase.POST_INTEGRATION_TEST, threadSafe = true)
@SuppressWarnings("NullAway.Init") // Maven sets the fields
public final class StopMojo extends JbuildMojo {
  /** Name of the container. */
  @Parameter(property = "jbuild.container", defaultValue = "${project.artifactId}")
  String container;

  /** Seconds for the program to end before it is killed. */
  @Parameter(property = "jbuild.stop.seconds", defaultValue = "10")
  int stopSeconds;

  @Override
  void run() throws MojoExecutionException, IOException, InterruptedException {
    boolean stopped = new Running(folder(), container).stop(stopSeconds);
    getLog().info("jbuild: " + container + (stopped ? " has stopped" : " is not running"));
  }
}
