package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What jbuild has written of its store, its environment and the files that it looked at, as the
 * file that {@code JBUILD_FACTS} names has it. What cannot be read or understood does not stand:
 * then jbuild is asked.
 */
final class Facts {
  private static final String FIRST_LINE = "jbuild-facts 1";
  private static final String ATTRIBUTES = "unix:mode,size,lastModifiedTime,ctime,ino,dev";

  private final Map<String, String> environment;
  private final Path own;
  private final Map<Integer, String> learnt = new HashMap<>();

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

  /** Are they of this image, and all as they were? */
  boolean stand(Path file, String id) {
    try {
      List<String> lines = Files.readAllLines(file);
      int last = lines.size() - 1;
      if (last < 1 || !lines.get(0).equals(FIRST_LINE) || !lines.get(last).equals("end")) {
        return false;
      }
      String blob = "/" + id.substring(id.indexOf(':') + 1);
      boolean known = false;
      for (int i = 1; i < last; i++) {
        String[] fact = lines.get(i).split("\t", -1);
        known |= lines.get(i).startsWith("file\t") && lines.get(i).endsWith(blob);
        boolean stands = fact[0].equals("used") ? isUsed(fact, i) : stands(fact);
        if (!stands) {
          return false;
        }
      }
      if (known && !learnt.isEmpty()) {
        FileTime age = Files.getLastModifiedTime(file);
        List<String> all = new ArrayList<>(lines);
        learnt.forEach(all::set);
        Files.write(file, all);
        Files.setLastModifiedTime(file, age);
      }
      return known;
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
      default -> isOwn(fact[0], name) || standsInContext(fact, name, value);
    };
  }

  /** Of a context that is around the plugin's own folder. */
  private boolean isOwn(String kind, String name) {
    return !kind.isEmpty() && Path.of(name).startsWith(own);
  }

  private static boolean standsInContext(String[] fact, String name, String value)
      throws IOException {
    Path file = Path.of(name);
    return switch (fact[0]) {
      case "names" -> hasNames(file, fact);
      case "dir", "any" -> value.equals(mode(attributes(file)));
      case "link" ->
          Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().equals(value);
      case "none" -> !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
      default -> false; // of a jbuild of another time
    };
  }

  private static boolean hasNames(Path folder, String[] fact) throws IOException {
    Set<String> names = new HashSet<>();
    for (int i = 2; i < fact.length; i++) {
      names.add(plain(fact[i]));
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!names.remove(file.getFileName().toString())) {
          return false;
        }
      }
    }
    return names.isEmpty();
  }

  /** A file that was copied: known by size, times and inode, else by its content. */
  private boolean isUsed(String[] fact, int line) throws IOException {
    if (fact.length != 5) {
      return false;
    }
    String name = plain(fact[1]);
    if (isOwn(fact[0], name)) {
      return true;
    }
    Path file = Path.of(name);
    Map<String, Object> found = attributes(file);
    if (!fact[2].equals(mode(found))) {
      return false;
    }
    String stat = stat(found);
    if (stat.equals(fact[3])) {
      return true;
    }
    long now = System.currentTimeMillis();
    if (!Digests.hex(file).equals(fact[4])) {
      return false;
    }
    if (Mirror.isSettled(found, now)) {
      fact[3] = stat;
      learnt.put(line, String.join("\t", fact));
    }
    return true;
  }

  private static Map<String, Object> attributes(Path file) throws IOException {
    return Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
  }

  private static String mode(Map<String, Object> found) {
    return found.get("mode") instanceof Integer mode ? Integer.toOctalString(mode) : "";
  }

  private static String stat(Map<String, Object> found) {
    return found.get("size")
        + "."
        + Mirror.nanos(found.get("lastModifiedTime"))
        + "."
        + Mirror.nanos(found.get("ctime"))
        + "."
        + found.get("ino")
        + "."
        + found.get("dev");
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
