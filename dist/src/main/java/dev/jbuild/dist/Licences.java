package dev.jbuild.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** The texts that libraries ask to go along with them. */
final class Licences {
  private final Path texts;

  /** {@code texts} has those that are not in the jars: {@code ARTIFACT.txt}. */
  Licences(Path texts) {
    this.texts = texts;
  }

  /**
   * Adds those of all jars, each in a folder by the jar's name.
   *
   * @throws IOException when a library has none: then one must be added to the sources
   */
  void add(Tree tree, String folder, List<Path> jars) throws IOException {
    for (Path jar : jars) {
      String name = jar.getFileName().toString().replaceFirst("-[0-9].*", "");
      if (name.startsWith("jbuild-")) {
        continue;
      }
      Path ours = texts.resolve(name + ".txt");
      if (Files.exists(ours)) {
        tree.file(folder + "/" + name + "/LICENSE.txt", ours);
      } else if (!addFrom(jar, tree, folder + "/" + name)) {
        throw new IOException(
            jar.getFileName() + " has no licence inside: add its text as " + ours);
      }
    }
  }

  private static boolean addFrom(Path jar, Tree tree, String folder) throws IOException {
    boolean found = false;
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        String base = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        String upper = base.toUpperCase(Locale.ROOT);
        boolean licence = upper.startsWith("LICENSE") || upper.startsWith("NOTICE");
        if (licence && entry.getName().startsWith("META-INF/")) {
          try (InputStream in = file.getInputStream(entry)) {
            tree.bytes(folder + "/" + base, in.readAllBytes(), 0644);
          }
          found |= upper.startsWith("LICENSE");
        }
      }
    }
    return found;
  }
}
