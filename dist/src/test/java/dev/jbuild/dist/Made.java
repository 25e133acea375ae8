package dev.jbuild.dist;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code mvn package} has put into target. */
final class Made {
  private Made() {}

  static Path archive() {
    return only("-linux-x86_64.tar.gz");
  }

  static Path deb() {
    return only("_amd64.deb");
  }

  private static Path only(String end) {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.toString().endsWith(end))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no *" + end + " in target"))
          .toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unpacks the archive below {@code folder}, with times of an hour ago; gives its top folder. */
  static Path unpack(Path folder) {
    try {
      Files.createDirectories(folder);
      Command.of("tar", "-xzf", archive(), "-C", folder).check();
      Command.of("find", folder, "-exec", "touch", "-h", "-d", "1 hour ago", "{}", "+").check();
      try (Stream<Path> top = Files.list(folder)) {
        return top.filter(each -> each.getFileName().toString().startsWith("jbuild-"))
            .findFirst()
            .orElseThrow();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
