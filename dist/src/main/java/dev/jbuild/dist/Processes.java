package dev.jbuild.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs that have to succeed. */
final class Processes {
  private Processes() {}

  /**
   * Runs one and gives what it printed.
   *
   * @throws IOException when it does not exit with 0, with what it printed
   */
  static String output(List<String> words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", words) + " exited with " + code + ":\n" + said);
    }
    return said;
  }
}
