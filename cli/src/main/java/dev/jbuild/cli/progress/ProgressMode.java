package dev.jbuild.cli.progress;

/** How a build's progress is shown, as in {@code --progress}. */
public enum ProgressMode {
  /** {@link #TTY} where standard error is a terminal, else {@link #PLAIN}. */
  AUTO,
  PLAIN,
  TTY,
  /** Nothing but the output of a step that failed. */
  QUIET,
  RAWJSON,
  /** Nothing at all. */
  NONE;

  /**
   * Reads the value of {@code --progress}.
   *
   * @throws IllegalArgumentException with the values that there are
   */
  public static ProgressMode parse(String text) {
    return switch (text) {
      case "auto", "" -> AUTO;
      case "plain" -> PLAIN;
      case "tty" -> TTY;
      case "quiet" -> QUIET;
      case "rawjson" -> RAWJSON;
      case "none" -> NONE;
      default ->
          throw new IllegalArgumentException(
              "invalid progress mode "
                  + text
                  + ": use one of auto, plain, tty, quiet, rawjson, none");
    };
  }
}
