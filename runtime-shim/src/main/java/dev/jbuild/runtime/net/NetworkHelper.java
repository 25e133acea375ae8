package dev.jbuild.runtime.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is done to networks besides the start and end of a container, by {@code shim net}. */
public final class NetworkHelper {
  private final Path binary;

  public NetworkHelper(Path binary) {
    this.binary = binary;
  }

  /**
   * Puts a container that runs into the networks of a plan.
   *
   * @return why not, as one line; empty when it is done
   */
  public Optional<String> connect(NetworkPlan plan, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "net-", ".plan");
    try {
      Files.writeString(file, plan.text());
      return run("connect", file.toString());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Takes a container out of a network. */
  public Optional<String> disconnect(Path root, String container, String network)
      throws IOException {
    return run("disconnect", root.toString(), container, network);
  }

  /** Takes down what helpers that were killed have left. */
  public Optional<String> sweep(Path root) throws IOException {
    return run("sweep", root.toString());
  }

  private Optional<String> run(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "net"));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    try (InputStream err = process.getErrorStream()) {
      String said = new String(err.readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      return code == 0 ? Optional.empty() : Optional.of(said.isEmpty() ? "code " + code : said);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a network was changed");
    }
  }
}
