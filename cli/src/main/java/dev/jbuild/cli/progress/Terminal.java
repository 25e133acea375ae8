package dev.jbuild.cli.progress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What is known about the terminal without native calls, which a short command could not afford.
 */
public final class Terminal {
  private static final Size USUAL = new Size(80, 24);

  private Terminal() {}

  /** Columns and rows. */
  public record Size(int columns, int rows) {}

  /** Tells whether a file descriptor of this process is a terminal. */
  public static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException _) {
      return false; // closed, or no /proc: no place for a live display
    }
  }

  /**
   * Asks the terminal for its size through {@code stty}, which starts a process of a few
   * milliseconds; falls back to COLUMNS and LINES, then to 80 by 24.
   */
  static Size size(Map<String, String> environment) {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream out = stty.getInputStream()) {
        String answer = new String(out.readNBytes(64), StandardCharsets.US_ASCII).strip();
        stty.waitFor(1, TimeUnit.SECONDS);
        int blank = answer.indexOf(' ');
        if (blank > 0) {
          int rows = Integer.parseInt(answer.substring(0, blank));
          int columns = Integer.parseInt(answer.substring(blank + 1));
          if (rows > 0 && columns > 0) {
            return new Size(columns, rows);
          }
        }
      }
    } catch (IOException | NumberFormatException _) {
      // no stty or no controlling terminal: what the environment says
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return new Size(
        number(environment.get("COLUMNS"), USUAL.columns),
        number(environment.get("LINES"), USUAL.rows));
  }

  private static int number(@org.jspecify.annotations.Nullable String text, int otherwise) {
    try {
      int value = text == null ? 0 : Integer.parseInt(text);
      return value > 0 ? value : otherwise;
    } catch (NumberFormatException _) {
      return otherwise;
    }
  }
}
