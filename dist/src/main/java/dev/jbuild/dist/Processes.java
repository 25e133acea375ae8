package dev.jbuild.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Programs that have to succeed. */
final class Processes {
  private Processes() {}

  /**
   * Runs one and gives what it printed. It sees neither where nor by whom it was called: a JVM's
   * class archive comes out otherwise in another folder or language.
   *
   * @throws IOException when it does not exit with 0, with what it printed
   */
  static String output(List<String> words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.directory(Path.of("/").toFile());
    Optional<String> path = Optional.ofNullable(builder.environment().get("PATH"));
    builder.environment().clear();
    path.ifPresent(value -> builder.environment().put("PATH", value));
    builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TZ", "UTC", "HOME", "/"));
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", words) + " exited with " + code + ":\n" + said);
    }
    return said;
  }
}
