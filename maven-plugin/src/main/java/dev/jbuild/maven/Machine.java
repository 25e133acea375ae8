package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.maven.plugin.MojoExecutionException;

/** What a machine can refuse to ordinary users. */
final class Machine {
  private Machine() {}

  /** Fails when this user can make no user namespace and is not root either. */
  static void check() throws MojoExecutionException {
    if (System.getProperty("user.name").equals("root")) {
      return;
    }
    if (setting("/proc/sys/user/max_user_namespaces").equals("0")
        || setting("/proc/sys/kernel/unprivileged_userns_clone").equals("0")) {
      throw new MojoExecutionException(
          "this machine keeps user namespaces from ordinary users: as root, 'sysctl -w kernel.unprivileged_userns_clone=1 "
              + "user.max_user_namespaces=28633', or run Maven as root");
    }
  }

  private static String setting(String file) {
    try {
      return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.US_ASCII).strip();
    } catch (IOException notThere) {
      return "";
    }
  }
}
