package dev.jbuild.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Builds the image and writes it to an archive. */
@Mojo(
    name = "tar",
    defaultPhase = LifecyclePhase.PACKAGE,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
@SuppressWarnings("NullAway.Init") // Maven sets the fields
public final class TarMojo extends ImageMojo {
  /** The archive. */
  @Parameter(
      property = "jbuild.tarFile",
      defaultValue = "${project.build.directory}/${project.artifactId}-image.tar")
  String tarFile;

  /** {@code docker} for {@code docker load}, or {@code oci} for an OCI layout. */
  @Parameter(property = "jbuild.tarFormat", defaultValue = "docker")
  String tarFormat;

  @Override
  void image() throws MojoExecutionException, IOException, InterruptedException {
    if (!tarFormat.equals("docker") && !tarFormat.equals("oci")) {
      throw new MojoExecutionException(
          "jbuild.tarFormat is '" + tarFormat + "': it is docker or oci");
    }
    Path tar = base().resolve(tarFile).normalize();
    Path folder = tar.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    new ImageBuild(this).tar(tar, tarFormat);
  }
}
