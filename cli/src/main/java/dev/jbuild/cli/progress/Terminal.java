package dev.jbuild.cli.progress;

import dev.jbuild.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What is known about the terminal. */
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
   * What the terminal says behind stderr, stdin or stdout; else COLUMNS and LINES, else 80 by 24.
   */
  static Size size(Map<String, String> environment) {
    for (int descriptor : new int[] {2, 0, 1}) {
      Optional<int[]> window = Linux.windowSize(descriptor);
      if (window.isPresent()) {
        return new Size(window.get()[1], window.get()[0]);
      }
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
