package dev.jbuild.maven;

import org.apache.maven.plugin.MojoExecutionException;

/** What a machine can refuse to ordinary users. */
final class Machine {
  private Machine() {}

  /**
   * Fails when this user is not root, and no program is named that may be.
   *
   * @param mojo has the name of the program
   */
  static void check(JbuildMojo mojo) throws MojoExecutionException {
    if (mojo.executable == null && !System.getProperty("user.name").equals("root")) {
      throw new MojoExecutionException(
          "jbuild gives files their owners and mounts file systems, which here only root may: run Maven as root, or name in "
              + "jbuild.executable a program that becomes root");
    }
  }
}
