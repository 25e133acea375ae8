package dev.jbuild.cli;

import dev.jbuild.session.UserSession;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a verb works with: the streams, the environment, and the program's parts.
 *
 * @param out for results
 * @param err for progress and errors
 * @param debug whether failures and warnings are explained
 * @param words what followed the verb on the command line
 */
record Session(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean debug,
    List<String> words,
    Composition parts) {

  /**
   * Where images and containers are kept: {@code --root}, {@code $JBUILD_ROOT}, else the usual
   * places of root and of everybody else.
   */
  static Path storeRoot(Optional<String> option, Map<String, String> environment) {
    String named = option.isPresent() ? option.get() : environment.getOrDefault("JBUILD_ROOT", "");
    if (!named.isEmpty()) {
      return Path.of(named).toAbsolutePath().normalize();
    }
    // In an ordinary user's session everybody is called root.
    if (System.getProperty("user.name", "").equals("root")
        && !environment.containsKey(UserSession.VARIABLE)) {
      return Path.of("/var/lib/jbuild");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    return data.isEmpty()
        ? home(environment).resolve(".local/share/jbuild")
        : Path.of(data, "jbuild");
  }

  /** As all programs see it: the variable first. */
  private static Path home(Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.startsWith("/") ? home : System.getProperty("user.home", "/"));
  }
}
