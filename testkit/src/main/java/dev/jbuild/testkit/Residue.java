package dev.jbuild.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a call of jbuild may leave nowhere: processes that know its store, mounts below the store,
 * and temporary files in it. Found by looking at the machine, so that a leak of any part of the
 * program is seen.
 */
public final class Residue {
  private final Path store;

  private Residue(Path store) {
    this.store = store;
  }

  public static Residue of(Path store) {
    return new Residue(store);
  }

  /**
   * What is left, a line each; waits up to ten seconds for processes to end, because the kernel
   * frees a killed tree step by step.
   */
  public Set<String> find() throws IOException, InterruptedException {
    Set<String> left = look();
    for (int i = 0; i < 100 && !left.isEmpty(); i++) {
      Thread.sleep(100);
      left = look();
    }
    return left;
  }

  private Set<String> look() throws IOException {
    Set<String> left = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      if (line.contains(store.toString())) {
        left.add("mount " + line);
      }
    }
    left.addAll(processes());
    Path temporary = store.resolve("tmp");
    if (Files.isDirectory(temporary)) {
      try (Stream<Path> files = Files.list(temporary)) {
        files.forEach(file -> left.add("file " + file));
      }
    }
    return left;
  }

  /**
   * Processes that name the store in their environment, words, mounts or folders; not this one, and
   * no zombies.
   */
  private Set<String> processes() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .filter(entry ->
              !entry.getFileName().toString().equals(Long.toString(ProcessHandle.current().pid())))
          .filter(this::knowsTheStore)
          .map(entry ->
              "process "
                  + entry.getFileName()
                  + " "
                  + text(entry.resolve("cmdline")).replace('\0', ' '))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private boolean knowsTheStore(Path entry) {
    Predicate<String> namesIt = name -> text(entry.resolve(name)).contains(store.toString());
    return Stream.of("environ", "cmdline").anyMatch(namesIt)
        || foreignMounts(entry).contains(store.toString());
  }

  /** The mounts of a process in a namespace other than ours. */
  private static String foreignMounts(Path entry) {
    try {
      Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
      return Files.readSymbolicLink(entry.resolve("ns/mnt")).equals(ours)
          ? ""
          : text(entry.resolve("mountinfo"));
    } catch (IOException gone) {
      return "";
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
