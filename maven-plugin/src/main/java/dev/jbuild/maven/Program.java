package dev.jbuild.maven;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.logging.Log;

/** A jbuild that can be called. */
final class Program {
  private static final String JAVA_OPTIONS = "JAVA_TOOL_OPTIONS";

  private final Path executable;
  private final Map<String, String> environment;
  private final Log log;

  Program(Path executable, Map<String, String> environment, Log log) {
    this.executable = executable;
    this.environment = environment;
    this.log = log;
  }

  Program with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new Program(executable, more, log);
  }

  Path executable() {
    return executable;
  }

  /** All that it gets. */
  Map<String, String> environment() {
    Map<String, String> all = new HashMap<>(System.getenv());
    all.remove(JAVA_OPTIONS);
    all.putAll(environment);
    return all;
  }

  @Override
  public String toString() {
    return executable.toString();
  }

  /** Not yet started, with the environment set. */
  ProcessBuilder process(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(executable.toString()));
    words.addAll(arguments);
    if (log.isDebugEnabled()) {
      log.debug("jbuild: " + String.join(" ", words));
    }
    ProcessBuilder builder = new ProcessBuilder(words);
    // What is Maven's own Java options has nothing to say to another program.
    builder.environment().remove(JAVA_OPTIONS);
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Runs a call to its end; what it says goes line by line to Maven's log.
   *
   * @return the last lines of what it said
   * @throws MojoExecutionException when it fails, with jbuild's own error
   */
  String run(String what, List<String> arguments)
      throws MojoExecutionException, IOException, InterruptedException {
    Process process = process(arguments).redirectErrorStream(true).start();
    process.getOutputStream().close();
    List<String> said = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        line = line.replace(credentials(), "settings.xml");
        log.info(line);
        if (said.size() == 200) {
          said.remove(0);
        }
        said.add(line);
      }
      int status = process.waitFor();
      if (status != 0) {
        // With -q nobody has seen the lines.
        String lost = log.isInfoEnabled() ? "" : "\n" + String.join("\n", said);
        throw new MojoExecutionException(
            what + " failed: " + error(said, status) + remedy(String.join("\n", said)) + lost);
      }
      return String.join("\n", said);
    } catch (InterruptedException e) {
      process.destroy();
      throw e;
    }
  }

  /**
   * What a call that may fail says.
   *
   * @param text all that it printed, also on standard error
   */
  record Answer(int status, String text) {}

  /** Runs a call to its end without a word in Maven's log. */
  Answer ask(List<String> arguments) throws IOException, InterruptedException {
    Process process = process(arguments).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Answer(process.waitFor(), text.replace(credentials(), "settings.xml"));
    } catch (InterruptedException e) {
      process.destroy();
      throw e;
    }
  }

  /** The file of them, which is gone when somebody reads of it. */
  private String credentials() {
    return environment.getOrDefault("REGISTRY_AUTH_FILE", "settings.xml");
  }

  private static String error(List<String> said, int status) {
    for (int i = said.size() - 1; i >= 0; i--) {
      String line = said.get(i);
      if (line.startsWith("ERROR: ")
          || line.startsWith("jbuild: ")
          || line.startsWith("Exception ")) {
        return line.substring(line.indexOf(' ') + 1);
      }
    }
    return said.isEmpty() ? "jbuild exited with " + status : said.get(said.size() - 1);
  }

  /** What to do about credentials that are missing or wrong; nothing where it is not that. */
  static String remedy(String all) {
    if (all.contains(" 401 ")
        || all.contains(" 403 ")
        || all.contains("unauthorized")
        || all.contains("denied")) {
      return "\nA registry wants credentials: put a <server> whose <id> is the registry's host (docker.io for Docker Hub) into "
          + "settings.xml, or use 'jbuild login HOST'";
    }
    return "";
  }
}
