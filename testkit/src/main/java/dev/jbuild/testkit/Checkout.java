package dev.jbuild.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout whose tests run. */
public final class Checkout {
  private Checkout() {}

  /** The folder with the launcher, found upwards from where the tests run. */
  public static Path root() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isExecutable(folder.resolve("jbuild"))
          && Files.isRegularFile(folder.resolve("pom.xml"))) {
        return folder;
      }
    }
    throw new IllegalStateException("no checkout of jbuild around " + Path.of("").toAbsolutePath());
  }
}
