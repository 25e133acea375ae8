package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.maven.plugin.MojoExecutionException;

/** What a machine can refuse to ordinary users. */
final class Machine {
  /** Settings below {@code /proc/sys} that say no with a 0, and what changes them. */
  private static final Map<String, String> SWITCHES =
      new TreeMap<>(
          Map.of(
              "user/max_user_namespaces", "sysctl -w user.max_user_namespaces=28633",
              "kernel/unprivileged_userns_clone", "sysctl -w kernel.unprivileged_userns_clone=1"));

  private Machine() {}

  /**
   * Fails when this user is not root and gets no user namespace, in which jbuild could give files
   * their owners and mount file systems.
   *
   * @param program the launcher of a distribution, beside which its shim is, or another program
   */
  static void check(Path program) throws MojoExecutionException {
    if (!System.getProperty("user.name").equals("root")) {
      check(program, Path.of("/proc/sys"));
    }
  }

  static void check(Path program, Path settings) throws MojoExecutionException {
    for (Map.Entry<String, String> each : SWITCHES.entrySet()) {
      if (isZero(settings.resolve(each.getKey()))) {
        throw new MojoExecutionException(
            "jbuild works for an ordinary user in a user namespace, which this machine allows to root alone: as root, "
                + each.getValue()
                + "; or run Maven as root");
      }
    }
    try {
      Path shim = program.toRealPath().resolveSibling("../lib/shim").normalize();
      if (Files.isExecutable(shim)) {
        ask(shim);
      }
    } catch (IOException e) {
      throw new MojoExecutionException("cannot run jbuild's shim: " + e.getMessage(), e);
    }
  }

  private static boolean isZero(Path file) {
    try {
      return Files.readString(file).strip().equals("0");
    } catch (IOException e) {
      // A kernel without that switch.
      return false;
    }
  }

  /** It knows of more than the switches: AppArmor, filters of system calls, missing programs. */
  private static void ask(Path shim) throws MojoExecutionException, IOException {
    Process process =
        new ProcessBuilder(List.of(shim.toString(), "userns", "--check"))
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new MojoExecutionException(said.strip().replaceFirst("^jbuild: ", ""));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("interrupted", e);
    }
  }
}
