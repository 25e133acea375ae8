package dev.jbuild.maven;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Classes that can be started. */
final class MainClasses {
  private MainClasses() {}

  /** Their names, sorted. */
  static List<String> in(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return names;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(f -> isClass(folder.relativize(f).toString())).sorted().toList()) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
          if (ClassFile.read(in).hasMain()) {
            String name = folder.relativize(file).toString();
            names.add(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
          }
        }
      }
    }
    return names;
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class")
        && !name.endsWith("-info.class")
        && !name.startsWith("META-INF/");
  }
}
