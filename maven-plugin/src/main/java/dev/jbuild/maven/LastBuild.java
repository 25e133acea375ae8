package dev.jbuild.maven;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
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

  /** Adds a file of rules, which there need not be. */
  void input(Path file) throws IOException {
    input(file.toString());
    input(Files.isRegularFile(file) ? Files.readString(file, ISO_8859_1) : "none");
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

  /** Can anything be known of such a build? */
  private boolean isPlain() {
    return !mojo.noCache && !mojo.pull && mojo.options.isEmpty() && mojo.platforms.size() <= 1;
  }

  /**
   * Was the image made by this very call, and is it still there?
   *
   * @param id the file with its id
   */
  boolean isSame(Program program, Path id) throws IOException {
    if (!isPlain() || !Files.isRegularFile(record) || !Files.isRegularFile(facts)) {
      return false;
    }
    long age = System.currentTimeMillis() - Files.getLastModifiedTime(facts).toMillis();
    return age >= 0
        && age < HOUR_MILLIS
        && Files.readString(record).equals(inputs.toString())
        && new Facts(program.environment(), folder).stand(facts, Files.readString(id).strip());
  }

  /** What was known of a build; nothing where a file is missing. */
  record Known(Optional<String> record, Optional<String> facts, FileTime age) {}

  /** Nothing is known any more, but by who gets this. */
  Known forget() throws IOException {
    FileTime age = Files.exists(facts) ? Files.getLastModifiedTime(facts) : FileTime.fromMillis(0);
    Known known = new Known(text(record), text(facts), age);
    Files.deleteIfExists(record);
    Files.deleteIfExists(facts);
    return known;
  }

  private static Optional<String> text(Path file) throws IOException {
    return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /** It is known again. */
  void know(Known known) throws IOException {
    if (known.record().isPresent() && known.facts().isPresent()) {
      Files.writeString(facts, known.facts().get());
      Files.setLastModifiedTime(facts, known.age());
      Files.writeString(record, known.record().get());
    }
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
