package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What jbuild has written of its store and its environment, as the file that {@code JBUILD_FACTS}
 * names has it. What cannot be read or understood does not stand: then jbuild is asked.
 */
final class Facts {
  private static final String FIRST_LINE = "jbuild-facts 1";

  private final Map<String, String> environment;
  private final Path own;

  /**
   * Facts that are to be looked after.
   *
   * @param environment that jbuild would have
   * @param own the folder whose contexts the plugin itself has made
   */
  Facts(Map<String, String> environment, Path own) {
    this.environment = environment;
    this.own = own;
  }

  /** Are they all as they were? */
  boolean stand(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      int last = lines.size() - 1;
      if (last < 1 || !lines.get(0).equals(FIRST_LINE) || !lines.get(last).equals("end")) {
        return false;
      }
      for (String line : lines.subList(1, last)) {
        if (!stands(line.split("\t", -1))) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // jbuild says what is wrong there
    }
  }

  private boolean stands(String[] fact) throws IOException {
    String name = fact.length < 2 ? "" : plain(fact[1]);
    String value = fact.length < 3 ? "" : plain(fact[2]);
    return switch (fact[0]) {
      case "env" -> value.equals(environment.get(name));
      case "unset" -> !environment.containsKey(name);
      case "text" -> hasContent(Path.of(name), value);
      case "file" -> Files.isRegularFile(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      case "folder" -> Files.isDirectory(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      // What is elsewhere jbuild has to look through.
      case "context" -> Path.of(name).startsWith(own);
      default -> false; // of a jbuild of another time
    };
  }

  private static boolean hasContent(Path file, String content) throws IOException {
    return Files.isRegularFile(file)
        && Arrays.equals(Files.readAllBytes(file), content.getBytes(StandardCharsets.UTF_8));
  }

  private static String plain(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        char escaped = text.charAt(i);
        c = escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
