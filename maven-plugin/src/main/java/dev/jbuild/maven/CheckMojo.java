package dev.jbuild.maven;

import java.io.IOException;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;

/** Says before anything is compiled what would keep the image from being built. */
@Mojo(name = "check", defaultPhase = LifecyclePhase.VALIDATE, threadSafe = true)
public final class CheckMojo extends ImageMojo {
  @Override
  void image() throws MojoExecutionException, IOException, InterruptedException {
    new ImageBuild(this).check();
  }
}
