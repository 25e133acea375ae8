package dev.jbuild.dist;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Our native code for another machine, compiled on this one by Debian's {@code
 * gcc-MACHINE-linux-gnu}. There is no musl for it, so that it is ten times as large.
 */
final class CrossCompiler {
  private final Path checkout;
  private final Path folder;

  CrossCompiler(Path checkout, Path folder) {
    this.checkout = checkout;
    this.folder = folder;
  }

  /** Compiles; gives the folder of the results, or nothing where there is no such compiler. */
  Optional<Path> compile(Machine machine) throws IOException, InterruptedException {
    String compiler = machine.name() + "-linux-gnu-gcc";
    if (!isOnPath(compiler)) {
      return Optional.empty();
    }
    // make knows no names with blanks, and a checkout may have one: so elsewhere
    Path room = Files.createTempDirectory("jbuild-native");
    try {
      for (String sources : List.of("runtime-shim/src/main/c", "cache/src/main/c")) {
        List<String> call =
            new ArrayList<>(
                List.of("make", "--silent", "-C", checkout.resolve(sources).toString()));
        call.addAll(List.of("OUT=" + room, "ARCH=" + machine.name(), "CC=" + compiler));
        // glibc's headers come with the kernel's
        call.add("KERNEL_HEADERS=");
        Processes.output(call);
      }
      Files.createDirectories(folder);
      for (Path made : files(room)) {
        Files.copy(made, folder.resolve(made.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      for (Path made : files(room)) {
        Files.delete(made);
      }
      Files.delete(room);
    }
    return Optional.of(folder);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static boolean isOnPath(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String each : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(each, program))) {
        return true;
      }
    }
    return false;
  }

  /** A jar with one file, the same bytes for the same content. */
  static byte[] jar(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry(name);
      entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
      jar.putNextEntry(entry);
      jar.write(content);
      jar.closeEntry();
    }
    return bytes.toByteArray();
  }
}
