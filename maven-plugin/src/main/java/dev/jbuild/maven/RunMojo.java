package dev.jbuild.maven;

import java.io.IOException;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.Mojo;

/** Runs a container of the image until it ends, its output on Maven's own. */
@Mojo(name = "run", threadSafe = true)
public final class RunMojo extends ContainerMojo {
  @Override
  void run() throws MojoExecutionException, IOException, InterruptedException {
    Process process = program().process(words()).inheritIO().start();
    try {
      int status = process.waitFor();
      if (status == 125) {
        throw new MojoExecutionException(
            "jbuild started no container, and says above why; an image that is not there yet is made by 'mvn package jbuild:run'");
      }
      if (status != 0) {
        throw new MojoExecutionException("the container exited with " + status);
      }
    } catch (InterruptedException e) {
      process.destroy();
      throw e;
    }
  }
}
