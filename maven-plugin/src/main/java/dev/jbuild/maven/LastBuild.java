package dev.jbuild.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the last build in this folder was made of, so that jbuild need not be asked for the same
 * image again: {@code last-build} has the call and all inputs, {@code last-facts} what jbuild says
 * that its answer hangs on, above all that the image is still in the store.
 *
 * <p>Inputs are compared by size, times and inode, as git does, and by content when those differ;
 * {@link Mirror} sees to it that none was read within the tick of the clock in which it changed.
 */
final class LastBuild {
  private static final String FIRST_LINE = "jbuild-facts 1";

  /** Then jbuild is asked, which keeps the image's parts from being collected as unused. */
  private static final long HOUR_MILLIS = 3_600_000;

  private final ImageMojo mojo;
  private final Path folder;
  private final Path record;
  private final Path facts;
  private final StringBuilder inputs = new StringBuilder();

  LastBuild(ImageMojo mojo) throws IOException {
    this.mojo = mojo;
    this.folder = mojo.folder();
    this.record = folder.resolve("last-build");
    this.facts = folder.resolve("last-facts");
  }

  /** Adds something that decides what the image is. */
  void input(String text) {
    inputs.append(text).append('\n');
  }

  /** Adds the program, and where it keeps images. */
  void input(Program program) throws IOException {
    Path file = program.executable().toRealPath();
    input(Mirror.stat(file));
    Path home = file.getParent() == null ? null : file.getParent().getParent();
    Path jars = home == null ? null : home.resolve("lib/java");
    if (jars != null && Files.isDirectory(jars)) {
      input(Mirror.stat(jars));
    }
    // Credentials decide whether an image can be had, and not which one.
    Map<String, String> environment = new TreeMap<>(program.environment());
    environment.remove("REGISTRY_AUTH_FILE");
    for (Map.Entry<String, String> each : environment.entrySet()) {
      String name = each.getKey();
      if (name.startsWith("JBUILD_") || name.equals("HOME") || name.equals("XDG_DATA_HOME")) {
        input(name + "=" + each.getValue());
      }
    }
  }

  /** Can anything be known of such a build? What comes from elsewhere may always have changed. */
  private boolean isPlain() {
    return !mojo.noCache
        && !mojo.pull
        && mojo.contexts.isEmpty()
        && mojo.secrets.isEmpty()
        && mojo.options.isEmpty()
        && mojo.platforms.size() <= 1;
  }

  /** Was the image made by this very call, and is it still there? */
  boolean isSame(Program program) throws IOException {
    if (!isPlain() || !Files.isRegularFile(record) || !Files.isRegularFile(facts)) {
      return false;
    }
    long age = System.currentTimeMillis() - Files.getLastModifiedTime(facts).toMillis();
    return age >= 0
        && age < HOUR_MILLIS
        && Files.readString(record).equals(inputs.toString())
        && stand(Files.readAllLines(facts), program.environment());
  }

  private boolean stand(List<String> lines, Map<String, String> environment) throws IOException {
    int last = lines.size() - 1;
    if (last < 1 || !lines.get(0).equals(FIRST_LINE) || !lines.get(last).equals("end")) {
      return false;
    }
    for (String line : lines.subList(1, last)) {
      if (!stands(line.split("\t", -1), environment)) {
        return false;
      }
    }
    return true;
  }

  private boolean stands(String[] fact, Map<String, String> environment) throws IOException {
    String name = plain(fact[1]);
    return switch (fact[0]) {
      case "env" -> plain(fact[2]).equals(environment.get(name));
      case "unset" -> !environment.containsKey(name);
      case "text" -> hasContent(Path.of(name), plain(fact[2]));
      case "file" -> Files.isRegularFile(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      case "folder" -> Files.isDirectory(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      // Those that were made of the inputs; another one jbuild has to look through.
      case "context" -> Path.of(name).startsWith(folder);
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

  /** Nothing is known any more. */
  void forget() throws IOException {
    Files.deleteIfExists(record);
    Files.deleteIfExists(facts);
  }

  /** The program, told to write down what its answer hangs on. */
  Program asked(Program program) {
    return program.with("JBUILD_FACTS", facts.toString());
  }

  /** Remembers a build that has ended well. */
  void remember() throws IOException {
    if (isPlain() && Files.isRegularFile(facts)) {
      Files.writeString(record, inputs);
    }
  }
}
