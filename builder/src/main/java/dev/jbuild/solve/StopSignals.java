package dev.jbuild.solve;

import java.util.Locale;
import java.util.Set;

/** The names that STOPSIGNAL takes: those of Linux, with or without SIG, and any number but 0. */
final class StopSignals {
  private static final int REALTIME = 15;

  private StopSignals() {}

  static boolean isKnown(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    return isNumber(text) || names().contains(name) || isRealtime(name);
  }

  private static boolean isNumber(String text) {
    try {
      return Integer.parseInt(text) != 0;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  private static boolean isRealtime(String name) {
    if (name.equals("RTMIN") || name.equals("RTMAX")) {
      return true;
    }
    boolean up = name.startsWith("RTMIN+");
    boolean down = name.startsWith("RTMAX-");
    String offset = name.substring(Math.min(name.length(), 6));
    if (!up && !down || offset.isEmpty() || !offset.chars().allMatch(Character::isDigit)) {
      return false;
    }
    int number = offset.length() > 2 ? REALTIME + 1 : Integer.parseInt(offset);
    return number > 0 && number <= (up ? REALTIME : REALTIME - 1);
  }

  private static Set<String> names() {
    return Set.of(
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT",
        "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
        "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ");
  }
}
