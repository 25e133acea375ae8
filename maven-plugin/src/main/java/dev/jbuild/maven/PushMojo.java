package dev.jbuild.maven;

import java.io.IOException;
import java.util.List;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Builds the image and sends it to the registry that its name tells. */
@Mojo(
    name = "push",
    defaultPhase = LifecyclePhase.DEPLOY,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
public final class PushMojo extends ImageMojo {
  @Override
  void image() throws MojoExecutionException, IOException, InterruptedException {
    if (offline()) {
      throw new MojoExecutionException(
          "cannot push " + imageName() + ": Maven is offline; leave out -o, or add -Djbuild.skip");
    }
    ImageBuild build = new ImageBuild(this);
    build.check();
    build.askRegistries();
    build.build(List.of("--push"));
  }
}
