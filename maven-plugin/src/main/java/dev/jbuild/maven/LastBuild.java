package dev.jbuild.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        && new Facts(program.environment(), folder).stand(facts);
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
