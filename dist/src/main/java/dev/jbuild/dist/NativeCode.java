package dev.jbuild.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The library inside zstd-jni's jar. It has one for each of eighteen machines, and would copy the
 * right one to /tmp at each start; the archive has it as a file, and the jar without any.
 */
final class NativeCode {
  private NativeCode() {}

  /** Copies the jar without native code into {@code folder}; the same bytes for the same jar. */
  static Path without(Path jar, Path folder) throws IOException {
    Path to = folder.resolve(jar.getFileName().toString());
    try (JarFile from = new JarFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (JarEntry entry : from.stream().toList()) {
        if (entry.isDirectory() || isNative(entry.getName())) {
          continue;
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        try (InputStream content = from.getInputStream(entry)) {
          content.transferTo(out);
        }
        out.closeEntry();
      }
    }
    return to;
  }

  /**
   * The library for a machine.
   *
   * @param folder of the machine in the jar, with a slash at its end
   */
  static byte[] library(Path jar, String folder) throws IOException {
    try (JarFile from = new JarFile(jar.toFile())) {
      JarEntry entry =
          from.stream()
              .filter(each -> each.getName().startsWith(folder) && isNative(each.getName()))
              .findFirst()
              .orElseThrow(() -> new IOException(jar + " has no library for " + folder));
      try (InputStream content = from.getInputStream(entry)) {
        return content.readAllBytes();
      }
    }
  }

  private static boolean isNative(String name) {
    return name.endsWith(".so") || name.endsWith(".dylib") || name.endsWith(".dll");
  }
}
