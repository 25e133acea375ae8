package dev.jbuild.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The Java runtime inside the archive: what jbuild uses of this JDK, and its class archive. */
final class JavaRuntime {
  /**
   * Found with jdeps; java.desktop and java.sql only serve parts of libraries that nothing calls.
   */
  private static final String MODULES = "java.base,java.logging,java.net.http,jdk.unsupported";

  private JavaRuntime() {}

  /**
   * Links it into {@code folder}, unless what is there is of this JDK.
   *
   * <p>The class archive (-Xshare:dump) comes out the same every time in the same surroundings, an
   * AOT cache does not: it holds what the training run happened to compile. So the one is in the
   * archive, and the others are made where it is installed. For another machine there is neither:
   * its code cannot run here.
   */
  static void link(Path folder, Machine machine) throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("java.home"));
    String wanted = Files.readString(home.resolve("release")) + MODULES + machine + "\n";
    Path stamp = folder.resolveSibling(folder.getFileName() + ".of");
    if (Files.isDirectory(folder)
        && Files.isRegularFile(stamp)
        && Files.readString(stamp).equals(wanted)) {
      return;
    }
    Files.deleteIfExists(stamp);
    remove(folder);
    jlink(folder, machine);
    Files.deleteIfExists(folder.resolve("bin/keytool"));
    // Debian's modules have them, 680 MB
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(each -> each.toString().endsWith(".debuginfo")).toList()) {
        Files.delete(file);
      }
    }
    if (machine.jmods().isEmpty()) {
      String java = folder.resolve("bin/java").toString();
      Processes.output(List.of(java, "-XX:+UseSerialGC", "-Xshare:dump"));
    }
    filesInsteadOfLinks(folder.resolve("legal"));
    Files.writeString(stamp, wanted);
  }

  /**
   * jlink runs its plugins in the order of their identity hash codes, and what one leaves in the
   * classes depends on who came before it. With all hash codes the same the order is too.
   */
  private static void jlink(Path folder, Machine machine) throws IOException, InterruptedException {
    String jlink = Path.of(System.getProperty("java.home"), "bin/jlink").toString();
    List<String> words = new ArrayList<>(List.of(jlink, "-J-XX:+UseSerialGC"));
    words.addAll(List.of("-J-XX:+UnlockExperimentalVMOptions", "-J-XX:hashCode=2"));
    machine.jmods().ifPresent(jmods -> words.addAll(List.of("--module-path", jmods.toString())));
    words.addAll(List.of("--add-modules", MODULES, "--no-header-files", "--no-man-pages"));
    words.addAll(List.of("--strip-java-debug-attributes", "--output", folder.toString()));
    Processes.output(words);
  }

  /** jlink makes links of equal texts, or not, depending on how the JDK was installed. */
  private static void filesInsteadOfLinks(Path legal) throws IOException {
    try (Stream<Path> walk = Files.walk(legal)) {
      for (Path file : walk.filter(Files::isSymbolicLink).toList()) {
        Files.copy(file.toRealPath(), file, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> walk = Files.walk(folder)) {
        walk.sorted(Comparator.reverseOrder())
            .forEach(path -> {
              try {
                Files.delete(path);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
    }
  }
}
