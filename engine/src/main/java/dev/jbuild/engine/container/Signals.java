package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;
import java.util.List;
import java.util.Locale;

/** Signals by name or number (signal(7)). */
public final class Signals {
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
  private static final int LAST = 64;
  private static final int RTMIN = 34;

  private Signals() {}

  /** E.g. of {@code 9}, {@code KILL}, {@code SIGKILL}, {@code SIGRTMIN+3}. */
  public static int number(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    name = name.startsWith("SIG") ? name.substring(3) : name;
    int index = NAMES.indexOf(name);
    if (index >= 0) {
      return index + 1;
    }
    try {
      int number =
          name.startsWith("RTMIN+")
              ? RTMIN + Integer.parseInt(name.substring(6))
              : name.startsWith("RTMAX-")
                  ? LAST - Integer.parseInt(name.substring(6))
                  : name.equals("RTMIN") ? RTMIN : Integer.parseInt(name);
      if (number >= 1 && number <= LAST) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Neither: said below.
    }
    throw new EngineException(1, "invalid signal: " + text);
  }
}
